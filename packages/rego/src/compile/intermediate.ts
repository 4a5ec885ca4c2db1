import type { Location } from '../syntax/ast.ts';
import type { Value } from '../values/value.ts';

// What a body is after names are resolved, locals are renamed and nested calls are pulled out into expressions of their own.
// Names: `x` was never declared, `x#3` was declared by `:=`, `some`, `every`; `#4` is made by the compiler; `$5` was `_`.

/** A ground literal, however large, as one value. */
export interface ConstantTerm {
  kind: 'constant';
  value: Value;
  location: Location;
}

export interface LocalTerm {
  kind: 'local';
  name: string;
  location: Location;
}

/** `data...`, `input...` or a local indexed. */
export interface ReferenceTerm {
  kind: 'reference';
  root: 'data' | 'input' | 'local';
  /** Of root `local`. */
  name: string;
  path: LoweredTerm[];
  location: Location;
}

export interface SequenceTerm {
  kind: 'array' | 'set';
  items: LoweredTerm[];
  location: Location;
}

export interface EntriesTerm {
  kind: 'object';
  entries: [key: LoweredTerm, value: LoweredTerm][];
  location: Location;
}

export interface ComprehensionTerm {
  kind: 'comprehension';
  collects: 'array' | 'set' | 'object';
  key?: LoweredTerm;
  value: LoweredTerm;
  body: LoweredExpression[];
  /** Made for an operand of `print` or of a template: its variables must be bound before. */
  operand?: boolean;
  location: Location;
}

export type LoweredTerm =
  | ConstantTerm
  | LocalTerm
  | ReferenceTerm
  | SequenceTerm
  | EntriesTerm
  | ComprehensionTerm;

/** A replacement. `path` is what is replaced: `["input", "a"]`, `["data", "p", "f"]`, or a builtin's name as one part. */
export interface Replacement {
  target: { kind: 'input' | 'data' | 'builtin'; path: string[] };
  /** A function (its path from `data`) or builtin that stands in for the target. */
  function?: { kind: 'data' | 'builtin'; path: string[] };
  value: LoweredTerm;
  location: Location;
}

export interface TermLiteral {
  kind: 'term';
  term: LoweredTerm;
}

/** A call; `args` may have one more than the function takes: the pattern its result is matched with. */
export interface CallLiteral {
  kind: 'call';
  /** `["data", "lib", "f"]` or a builtin's name in one part. */
  operator: string[];
  args: LoweredTerm[];
}

export interface EveryLiteral {
  kind: 'every';
  key?: string;
  value: string;
  domain: LoweredTerm;
  body: LoweredExpression[];
}

export interface LoweredExpression {
  what: TermLiteral | CallLiteral | EveryLiteral;
  negated: boolean;
  with: Replacement[];
  /** Made by the compiler, from the expression at the same location. */
  generated: boolean;
  location: Location;
}

/** One body with its head, after lowering. An `else` hangs on the one before it. */
export interface LoweredRule {
  args: LoweredTerm[] | undefined;
  /** What of the head's reference comes after its ground prefix. */
  path: LoweredTerm[];
  /** Of `contains`. */
  key: LoweredTerm | undefined;
  value: LoweredTerm;
  body: LoweredExpression[];
  else: LoweredRule | undefined;
  default: boolean;
  location: Location;
  headLocation: Location;
  /** How many names the compiler made. */
  file: string;
}

export const isGeneratedName = (name: string): boolean => name.startsWith('#');
export const isWildcard = (name: string): boolean => name.startsWith('$');

/** The name as it was written. */
export function writtenName(name: string): string {
  if (isWildcard(name)) return '_';
  const mark = name.indexOf('#');
  return mark > 0 ? name.slice(0, mark) : name;
}

export function constant(value: Value, location: Location): ConstantTerm {
  return { kind: 'constant', value, location };
}

export function local(name: string, location: Location): LocalTerm {
  return { kind: 'local', name, location };
}
