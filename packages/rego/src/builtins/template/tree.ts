/** The nodes of a parsed template. `at` and `text` say where a node stands in the source and how it is written there. */
interface Placed {
  at: number;
  text: string;
}

export type Constant = string | boolean | bigint | number | null;

export type Operand = Placed &
  (
    | { kind: 'dot' }
    | { kind: 'constant'; value: Constant }
    | { kind: 'fields'; names: string[] }
    | { kind: 'variable'; name: string; names: string[] }
    | { kind: 'function'; name: string }
    | { kind: 'pipeline'; pipeline: Pipeline; names: string[] }
  );

export interface Command extends Placed {
  operands: Operand[];
}

export interface Pipeline extends Placed {
  /** Variables that are declared (`:=`) or assigned to (`=`). */
  variables: string[];
  declares: boolean;
  commands: Command[];
}

export type TemplateNode =
  | { kind: 'text'; text: string }
  | { kind: 'action'; pipeline: Pipeline }
  | { kind: 'if' | 'with' | 'range'; pipeline: Pipeline; body: TemplateNode[]; otherwise: TemplateNode[] }
  | { kind: 'break' | 'continue' }
  | { kind: 'template'; name: string; pipeline: Pipeline | undefined; at: number };

export interface Template {
  source: string;
  body: TemplateNode[];
  named: Map<string, TemplateNode[]>;
}
