import type { LoweredExpression, LoweredTerm, ReferenceTerm } from './intermediate.ts';
import { termVariables } from './variables.ts';

/** How many operands a function takes, by operator; undefined for one that does not exist. */
export type Arity = (operator: readonly string[]) => number | undefined;

const none: ReadonlySet<string> = new Set();

/** The variables that a literal binds once the `safe` ones are bound, as OPA's safety check sees it. */
export function outputsOf(
  expression: LoweredExpression,
  arity: Arity,
  safe: ReadonlySet<string>,
): ReadonlySet<string> {
  if (expression.negated) return none;
  if (expression.with.length > 0) {
    const read = new Set<string>();
    for (const replacement of expression.with) termVariables(replacement.value, read);
    for (const name of read) if (!safe.has(name)) return none;
  }
  const { what } = expression;
  const outputs = new Set<string>();
  if (what.kind === 'every') {
    referenceOutputs(what.domain, safe, outputs);
    return outputs;
  }
  if (what.kind === 'term') {
    referenceOutputs(what.term, safe, outputs);
    return outputs;
  }
  for (const arg of what.args) referenceOutputs(arg, safe, outputs);
  if (what.operator[0] === 'eq' && what.operator.length === 1 && what.args.length === 2) {
    const unifier = new Unifier(safe, new Set(outputs));
    unifier.unify(what.args[0] as LoweredTerm, what.args[1] as LoweredTerm);
    for (const name of unifier.unified) if (!safe.has(name)) outputs.add(name);
    return outputs;
  }
  const takes = arity(what.operator);
  if (takes === undefined) return none;
  if (takes >= what.args.length) return outputs;
  const read = new Set<string>();
  for (const arg of what.args.slice(0, takes)) patternVariables(arg, read);
  for (const name of read) if (!outputs.has(name) && !safe.has(name)) return none;
  for (const arg of what.args.slice(takes)) patternVariables(arg, outputs);
  return outputs;
}

/** The variables that references bind by being iterated. */
function referenceOutputs(term: LoweredTerm, safe: ReadonlySet<string>, into: Set<string>): void {
  switch (term.kind) {
    case 'reference':
      if (term.root === 'local' && !safe.has(term.name)) return;
      for (const part of term.path) termVariables(part, into, true);
      return;
    case 'array':
    case 'set':
      for (const item of term.items) referenceOutputs(item, safe, into);
      return;
    case 'object':
      for (const [key, value] of term.entries) {
        referenceOutputs(key, safe, into);
        referenceOutputs(value, safe, into);
      }
  }
}

/** The variables of a pattern that matching can bind: not those in sets, keys and closures. */
function patternVariables(term: LoweredTerm, into: Set<string>): void {
  switch (term.kind) {
    case 'local':
      into.add(term.name);
      return;
    case 'reference':
      for (const part of term.path) patternVariables(part, into);
      return;
    case 'array':
      for (const item of term.items) patternVariables(item, into);
      return;
    case 'object':
      for (const [, value] of term.entries) patternVariables(value, into);
  }
}

/** Which variables become bound when two terms are unified, though neither side need be bound as a whole. */
class Unifier {
  readonly unified = new Set<string>();
  readonly #safe: ReadonlySet<string>;
  readonly #also: ReadonlySet<string>;
  readonly #waiting = new Map<string, Set<string>>();

  constructor(safe: ReadonlySet<string>, also: ReadonlySet<string>) {
    this.#safe = safe;
    this.#also = also;
  }

  unify(a: LoweredTerm, b: LoweredTerm): void {
    if (a.kind === 'local') this.#variable(a.name, b);
    else if (b.kind === 'local') this.#variable(b.name, a);
    else if (a.kind === 'array' && b.kind === 'array') {
      if (a.items.length === b.items.length)
        a.items.forEach((item, index) => {
          this.unify(item, b.items[index] as LoweredTerm);
        });
    } else if (a.kind === 'object' && b.kind === 'object') this.#objects(a.entries, b.entries);
    else {
      if (this.#isValue(a)) this.#markAll(b);
      if (this.#isValue(b)) this.#markAll(a);
    }
  }

  #variable(name: string, other: LoweredTerm): void {
    switch (other.kind) {
      case 'local':
        if (this.#isSafe(other.name)) this.#mark(name);
        else if (this.#isSafe(name)) this.#mark(other.name);
        else {
          this.#wait(name, other.name);
          this.#wait(other.name, name);
        }
        return;
      case 'reference':
        if (this.#isValue(other)) this.#mark(name);
        return;
      case 'array':
      case 'object':
        if (this.#isSafe(name)) this.#markAll(other);
        else {
          const missing = [...patternOf(other)].filter((variable) => !this.#isSafe(variable));
          if (missing.length === 0) this.#mark(name);
          for (const variable of missing) this.#wait(name, variable);
        }
        return;
      default:
        this.#mark(name);
    }
  }

  #objects(a: readonly [LoweredTerm, LoweredTerm][], b: readonly [LoweredTerm, LoweredTerm][]): void {
    if (a.length !== b.length) return;
    for (const [key, value] of a) {
      const other = b.find(([candidate]) => sameKey(key, candidate));
      if (other) this.unify(value, other[1]);
    }
  }

  #isSafe(name: string): boolean {
    return this.#safe.has(name) || this.#also.has(name) || this.unified.has(name);
  }

  #isValue(term: LoweredTerm): boolean {
    return term.kind === 'reference' ? this.#isReferenceSafe(term) : true;
  }

  #isReferenceSafe(term: ReferenceTerm): boolean {
    return term.root !== 'local' || this.#isSafe(term.name);
  }

  #markAll(term: LoweredTerm): void {
    if (term.kind === 'array' || term.kind === 'object') for (const name of patternOf(term)) this.#mark(name);
  }

  #mark(name: string): void {
    this.unified.add(name);
    const dependants = this.#waiting.get(name);
    this.#waiting.delete(name);
    for (const other of dependants ?? []) if (!this.#isSafe(other)) this.#mark(other);
    for (const [other, needs] of this.#waiting)
      if (needs.delete(name) && needs.size === 0 && !this.#isSafe(other)) this.#mark(other);
  }

  #wait(name: string, on: string): void {
    const needs = this.#waiting.get(name);
    if (needs) needs.add(on);
    else this.#waiting.set(name, new Set([on]));
  }
}

function patternOf(term: LoweredTerm): Set<string> {
  const names = new Set<string>();
  patternVariables(term, names);
  return names;
}

function sameKey(a: LoweredTerm, b: LoweredTerm): boolean {
  if (a.kind === 'constant' && b.kind === 'constant') return a.value === b.value;
  return a.kind === 'local' && b.kind === 'local' && a.name === b.name;
}
