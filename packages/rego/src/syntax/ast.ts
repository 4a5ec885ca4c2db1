import type { Scalar } from '../values/value.ts';

/** A place in a source text. */
export interface Location {
  file: string;
  /** From 1. */
  row: number;
  /** From 1, in characters (code points), as OPA counts. */
  col: number;
  /** Where the text of the node begins and ends in the source, in UTF-16 units; parentheses around it belong to it. */
  start: number;
  end: number;
}

export interface ScalarTerm {
  kind: 'scalar';
  value: Scalar;
  /** How a string was written: raw strings keep their backquotes when formatted. Number literals keep their text. */
  text?: string;
  location: Location;
}

export interface VarTerm {
  kind: 'var';
  /** `_` is renamed by the parser to a fresh name that starts with `$`. */
  name: string;
  location: Location;
}

/** `head.a[b]`: the head is a variable, a call or a composite; each following part is a term (a string where a dot stood). */
export interface RefTerm {
  kind: 'ref';
  head: Term;
  path: Term[];
  location: Location;
}

export interface ArrayTerm {
  kind: 'array';
  items: Term[];
  location: Location;
}

export interface SetTerm {
  kind: 'set';
  items: Term[];
  location: Location;
}

export interface ObjectTerm {
  kind: 'object';
  entries: [key: Term, value: Term][];
  location: Location;
}

/**
 * `f(x)` and every operator: `a + b` is a call of `plus`. Operators' names are those of OPA's builtins: `plus minus mul div rem
 * and or equal neq lt lte gt gte eq assign internal.member_2 internal.member_3`.
 */
export interface CallTerm {
  kind: 'call';
  /** The name's parts: `["io", "jwt", "decode"]`, `["data", "lib", "f"]`. */
  operator: string[];
  /** Where the name stands. */
  operatorLocation: Location;
  args: Term[];
  /** The operator's sign when it was written between its operands. */
  infix?: string;
  location: Location;
}

export interface ArrayComprehension {
  kind: 'array-comprehension';
  term: Term;
  body: Body;
  location: Location;
}

export interface SetComprehension {
  kind: 'set-comprehension';
  term: Term;
  body: Body;
  location: Location;
}

export interface ObjectComprehension {
  kind: 'object-comprehension';
  key: Term;
  value: Term;
  body: Body;
  location: Location;
}

/** `$"text {expression} text"`: texts and expressions in turn. An expression whose value is undefined prints `<undefined>`. */
export interface TemplateTerm {
  kind: 'template';
  parts: (string | Expression)[];
  /** Written with backquotes. */
  raw: boolean;
  location: Location;
}

export type Term =
  | ScalarTerm
  | VarTerm
  | RefTerm
  | ArrayTerm
  | SetTerm
  | ObjectTerm
  | CallTerm
  | ArrayComprehension
  | SetComprehension
  | ObjectComprehension
  | TemplateTerm;

/** `with target as value`. */
export interface With {
  target: Term;
  value: Term;
  location: Location;
}

/** `some x, y`: declares. */
export interface SomeDeclaration {
  kind: 'some';
  names: VarTerm[];
  location: Location;
}

/** `some k, v in xs`: declares the variables of the patterns and iterates. */
export interface SomeIn {
  kind: 'some-in';
  key?: Term;
  value: Term;
  domain: Term;
  location: Location;
}

/** `every k, v in xs { ... }`. */
export interface Every {
  kind: 'every';
  key?: VarTerm;
  value: VarTerm;
  domain: Term;
  body: Body;
  location: Location;
}

/** One literal of a body. */
export interface Expression {
  negated: boolean;
  what: Term | SomeDeclaration | SomeIn | Every;
  with: With[];
  location: Location;
}

export type Body = Expression[];

/** The left side of a rule. `p.q[x].r` is a ref head of any depth; a bare `p` is a ref with an empty path. */
export interface RuleHead {
  /** Its first part is the rule's own name as a variable. */
  reference: { name: VarTerm; path: Term[] };
  /** Of a function. */
  args?: Term[];
  /** `contains key`. */
  key?: Term;
  /** What stands after `:=` or `=`; absent means `true`. */
  value?: Term;
  /** Written with `:=`. */
  assign: boolean;
  location: Location;
}

export interface Rule {
  default: boolean;
  head: RuleHead;
  /** Empty when nothing was written. */
  body: Body;
  /** Each `else`, in order: its value (absent: `true`) and its body (empty: always). */
  else?: Rule;
  /** The metadata blocks that stand directly above. */
  annotations: AnnotationBlock[];
  location: Location;
}

export interface Import {
  /** `["data", "lib"]`, `["input", "x"]`, `["rego", "v1"]`, `["future", "keywords", "in"]`. */
  path: string[];
  alias?: string;
  location: Location;
}

export interface Comment {
  /** Without the `#`. */
  text: string;
  location: Location;
}

/** A `# METADATA` block: its parsed YAML, checked and with its scope filled in. */
export interface AnnotationBlock {
  scope: 'rule' | 'document' | 'package' | 'subpackages';
  title?: string;
  description?: string;
  organizations?: string[];
  related_resources?: { ref: string; description?: string }[];
  authors?: { name: string; email?: string }[];
  schemas?: { path: string[]; schema?: string[]; definition?: unknown }[];
  entrypoint?: boolean;
  custom?: Record<string, unknown>;
  location: Location;
}

export interface Module {
  file: string;
  source: string;
  /** Without `data`: `["lib", "time"]`. */
  package: { path: string[]; annotations: AnnotationBlock[]; location: Location };
  imports: Import[];
  rules: Rule[];
  comments: Comment[];
  /** Written in v0 syntax. */
  v0: boolean;
}
