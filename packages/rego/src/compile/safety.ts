import type { Location } from '../syntax/ast.ts';
import { foreignWord } from './foreign-words.ts';
import { isGeneratedName, type LoweredExpression, type LoweredRule, writtenName } from './intermediate.ts';
import { type Arity, outputsOf } from './outputs.ts';
import type { Problems } from './problems.ts';
import { closuresOf, comprehensionVariables, expressionVariables, termVariables } from './variables.ts';

/** Which literals read which variables that nothing binds. */
class Unsafe extends Map<LoweredExpression, Set<string>> {
  /** What operands of `print` and of templates read. */
  readonly operands: [name: string, location: Location][] = [];
}

/**
 * Orders the literals of a rule so that every variable is bound before it is read, otherwise as they were written; in closures
 * too. Reports the variables for which there is no such order.
 */
export function orderRule(rule: LoweredRule, arity: Arity, problems: Problems): void {
  const globals = new Set<string>();
  for (const arg of rule.args ?? []) termVariables(arg, globals, true);
  checkHead(rule, globals, problems);
  rule.body = orderBody(rule.body, globals, arity, problems);
}

/** The same for a query or any body; `globals` are bound already. */
export function orderBody(
  body: LoweredExpression[],
  globals: ReadonlySet<string>,
  arity: Arity,
  problems: Problems,
): LoweredExpression[] {
  const unsafe = new Unsafe();
  const ordered = reorder(body, globals, arity, unsafe);
  report(unsafe, problems);
  return ordered;
}

function checkHead(rule: LoweredRule, args: ReadonlySet<string>, problems: Problems): void {
  const read = new Set<string>();
  if (rule.key) termVariables(rule.key, read);
  termVariables(rule.value, read);
  for (const part of rule.path) termVariables(part, read);
  if (read.size === 0) return;
  const bound = new Set(args);
  for (const expression of rule.body) expressionVariables(expression, bound);
  for (const name of read)
    if (!bound.has(name) && !isGeneratedName(name))
      problems.add(
        'safe-heads',
        rule.location,
        'rego_unsafe_var_error',
        `var ${writtenName(name)} is unsafe`,
        foreignWord(name),
      );
}

interface Candidate {
  expression: LoweredExpression;
  needs: Set<string>;
  closed: ReadonlySet<string>;
}

function reorder(
  body: LoweredExpression[],
  globals: ReadonlySet<string>,
  arity: Arity,
  unsafe: Unsafe,
): LoweredExpression[] {
  const bodyNames = new Set<string>();
  let waiting: Candidate[] = body.map((expression) => {
    const needs = new Set<string>();
    expressionVariables(expression, needs);
    for (const name of needs) bodyNames.add(name);
    return { expression, needs, closed: closedOver(expression) };
  });
  const safe = new Set(globals);
  const outputs = new Set<string>();
  const ordered: LoweredExpression[] = [];
  for (;;) {
    const left: Candidate[] = [];
    for (const candidate of waiting) {
      const own = outputsOf(candidate.expression, arity, safe);
      if (!isReady(candidate, own, { bodyNames, globals, outputs, safe })) {
        left.push(candidate);
        continue;
      }
      ordered.push(candidate.expression);
      for (const name of own) {
        if (!safe.has(name)) outputs.add(name);
        safe.add(name);
      }
    }
    if (left.length === waiting.length) break;
    waiting = left;
    if (waiting.length === 0) break;
  }
  for (const candidate of waiting) {
    const missing = new Set([...candidate.needs].filter((name) => !safe.has(name)));
    for (const name of candidate.closed) if (bodyNames.has(name) && !safe.has(name)) missing.add(name);
    unsafe.set(candidate.expression, missing);
  }
  orderClosures(ordered, globals, arity, unsafe);
  return ordered;
}

interface Known {
  bodyNames: ReadonlySet<string>;
  globals: ReadonlySet<string>;
  outputs: ReadonlySet<string>;
  safe: ReadonlySet<string>;
}

/** Whether everything that a literal reads is bound, given what it binds itself. */
function isReady(candidate: Candidate, own: ReadonlySet<string>, known: Known): boolean {
  const { bodyNames, globals, outputs, safe } = known;
  const isBound = (name: string) => own.has(name) || safe.has(name);
  if (candidate.closed.size > 0) {
    const missing = new Set<string>();
    for (const name of candidate.closed)
      if (bodyNames.has(name) && !globals.has(name) && !outputs.has(name)) missing.add(name);
    // A literal cannot bind what its own closures read.
    if (missing.size > 0 && (sameNames(missing, own) || ![...missing].every(isBound))) return false;
  }
  for (const name of candidate.needs) if (!isBound(name)) return false;
  return true;
}

function orderClosures(
  ordered: readonly LoweredExpression[],
  globals: ReadonlySet<string>,
  arity: Arity,
  unsafe: Unsafe,
): void {
  let known: Set<string> | undefined;
  let upTo = 0;
  for (const [index, expression] of ordered.entries()) {
    const closures = closuresOf(expression);
    if (closures.length === 0 && expression.what.kind !== 'every') continue;
    known ??= new Set(globals);
    for (; upTo < index; upTo += 1) expressionVariables(ordered[upTo] as LoweredExpression, known);
    for (const closure of closures) {
      const bound = new Set(known);
      for (const inner of closure.body) expressionVariables(inner, bound);
      const read = new Set<string>();
      if (closure.key) termVariables(closure.key, read, true);
      termVariables(closure.value, read, true);
      const missing = [...read].filter((name) => !bound.has(name));
      if (missing.length > 0) addUnsafe(unsafe, expression, missing);
      if (closure.operand) {
        const own = new Unsafe();
        closure.body = reorder(closure.body, known, arity, own);
        for (const names of own.values())
          for (const name of names)
            if (!isGeneratedName(name)) unsafe.operands.push([name, closure.location]);
      } else closure.body = reorder(closure.body, known, arity, unsafe);
    }
    if (expression.what.kind === 'every') {
      const { what } = expression;
      const inside = new Set(known).add(what.value);
      if (what.key !== undefined) inside.add(what.key);
      what.body = reorder(what.body, inside, arity, unsafe);
    }
  }
}

const nothing: ReadonlySet<string> = new Set();

function closedOver(expression: LoweredExpression): ReadonlySet<string> {
  const closures = closuresOf(expression);
  if (closures.length === 0 && expression.what.kind !== 'every') return nothing;
  const names = new Set<string>();
  for (const closure of closures) comprehensionVariables(closure, names);
  if (expression.what.kind === 'every')
    for (const inner of expression.what.body) expressionVariables(inner, names, true);
  return names;
}

function sameNames(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false;
  for (const name of a) if (!b.has(name)) return false;
  return true;
}

function addUnsafe(unsafe: Unsafe, expression: LoweredExpression, names: Iterable<string>): void {
  const known = unsafe.get(expression);
  if (known) for (const name of names) known.add(name);
  else unsafe.set(expression, new Set(names));
}

function report(unsafe: Unsafe, problems: Problems): void {
  for (const [name, location] of unsafe.operands)
    problems.add('print', location, 'rego_compile_error', `var ${writtenName(name)} is undeclared`);
  if (unsafe.size === 0) return;
  const first = new Map<string, Location>();
  for (const [expression, names] of unsafe)
    for (const name of names) {
      const known = first.get(name);
      if (!known || before(expression.location, known)) first.set(name, expression.location);
    }
  const add = (location: Location, message: string, hint?: string) =>
    problems.add('safe-bodies', location, 'rego_unsafe_var_error', message, hint);
  let named = false;
  for (const [name, location] of first) {
    if (isGeneratedName(name)) continue;
    named = true;
    add(location, `var ${writtenName(name)} is unsafe`, foreignWord(name));
  }
  if (named) return;
  for (const expression of unsafe.keys()) add(expression.location, 'expression is unsafe');
}

function before(a: Location, b: Location): boolean {
  return a.row < b.row || (a.row === b.row && a.col < b.col);
}
