import type { Term } from '../syntax/ast.ts';
import { stringifyJson } from '../values/json.ts';
import { RegoObject } from '../values/rego-object.ts';
import type { Value } from '../values/value.ts';
import type { Failure } from './failure.ts';

/** One case of a test with cases; cases may be grouped. */
export interface SubResult {
  name: string;
  fail: boolean;
  /** Of a failed case. */
  failure?: Failure;
  subResults: Map<string, SubResult>;
}

/** The names of a case's groups and its own: the parts after a test's name, with their variables' values; undefined while one is unbound. */
export function caseNames(parts: readonly Term[], locals: ReadonlyMap<string, Value>): string[] | undefined {
  const names: string[] = [];
  for (const part of parts) {
    const value = localValue(part, locals);
    if (value === undefined) return undefined;
    names.push(typeof value === 'string' ? value : stringifyJson(value));
  }
  return names;
}

/** The value of a constant, a variable or a path into a variable's value. */
function localValue(term: Term, locals: ReadonlyMap<string, Value>): Value | undefined {
  if (term.kind === 'scalar') return term.value;
  if (term.kind === 'var') return locals.get(term.name);
  if (term.kind !== 'ref') return undefined;
  let value = localValue(term.head, locals);
  for (const part of term.path) {
    const key = localValue(part, locals);
    if (value === undefined || key === undefined) return undefined;
    if (value instanceof RegoObject) value = value.get(key);
    else if (Array.isArray(value) && typeof key === 'number') value = (value as readonly Value[])[key];
    else return undefined;
  }
  return value;
}

/** The cases that a test's value names: those that are `true` passed. */
export function subResultsOf(value: Value | undefined): Map<string, SubResult> {
  const results = new Map<string, SubResult>();
  if (!(value instanceof RegoObject)) return results;
  for (const [key, item] of value.entries()) {
    const name = typeof key === 'string' ? key : stringifyJson(key);
    const inner = subResultsOf(item);
    const fail = item instanceof RegoObject ? [...inner.values()].some((sub) => sub.fail) : item !== true;
    results.set(name, { name, fail, subResults: inner });
  }
  return results;
}

/** Adds a case that was begun and of which the test's value says nothing: it failed. Cases that it knows are left as they are. */
export function addBegun(
  results: Map<string, SubResult>,
  names: readonly string[],
  failure: Failure | undefined,
): void {
  const [name, ...rest] = names;
  if (name === undefined) return;
  let result = results.get(name);
  if (!result) {
    result = { name, fail: true, subResults: new Map() };
    results.set(name, result);
  }
  if (rest.length > 0) {
    addBegun(result.subResults, rest, failure);
    result.fail ||= [...result.subResults.values()].some((sub) => sub.fail);
  } else if (result.fail && failure && !result.failure) {
    result.failure = failure;
  }
}

/** The cases without cases of their own, each with the names of its groups. */
export function* leaves(
  results: ReadonlyMap<string, SubResult>,
  above: readonly string[] = [],
): Generator<{ names: string[]; result: SubResult }> {
  for (const result of results.values()) {
    const names = [...above, result.name];
    if (result.subResults.size === 0) yield { names, result };
    else yield* leaves(result.subResults, names);
  }
}
