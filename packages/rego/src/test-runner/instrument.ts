import type { Body, CallTerm, Expression, Location, Module, Rule, Term, VarTerm } from '../syntax/ast.ts';
import type { TestCase } from './test-cases.ts';

/** The operands of literals that were given names, by the place where the literal begins. */
export interface ShownValues {
  operands(location: Location): readonly { name: string; text: string }[];
}

/**
 * Which operands are named: `all`, or only references and calls, since an array or object may be a pattern that binds variables.
 */
export type Operands = 'all' | 'references';

/**
 * Modules in which the operands of failed tests' literals are kept in variables of their own, so that their values can be shown:
 * `count(x) == f(y)` becomes `a := count(x); b := f(y); a == b`. Negated literals stay: an operand without value must not end them.
 */
export function instrument(
  modules: readonly Module[],
  tests: readonly TestCase[],
  which: Operands,
): { modules: Module[]; shown: ShownValues } {
  const rules = new Set(tests.map((test) => test.rule));
  const operands = new Map<string, { name: string; text: string }[]>();
  const rewritten = modules.map((module) => ({
    ...module,
    rules: module.rules.map((rule) => (rules.has(rule) ? withNames(module, rule, operands, which) : rule)),
  }));
  return {
    modules: rewritten,
    shown: { operands: ({ file, start }) => operands.get(`${file}:${start}`) ?? [] },
  };
}

function withNames(
  module: Module,
  rule: Rule,
  operands: Map<string, { name: string; text: string }[]>,
  which: Operands,
): Rule {
  const body: Body = rule.body.flatMap((literal) => namedOperands(module, literal, operands, which));
  const other = rule.else && withNames(module, rule.else, operands, which);
  return { ...rule, body, ...(other ? { else: other } : {}) };
}

function namedOperands(
  { source }: Module,
  literal: Expression,
  operands: Map<string, { name: string; text: string }[]>,
  which: Operands,
): Expression[] {
  const { what, negated, location } = literal;
  if (negated || !isTerm(what)) return [literal];
  const named: { name: string; text: string }[] = [];
  const before: Expression[] = [];
  const name = (term: Term): Term => {
    const text = source.slice(term.location.start, term.location.end);
    // No name that a policy can hold.
    const variable: VarTerm = {
      kind: 'var',
      name: `operand ${named.length} at ${location.start}`,
      location: term.location,
    };
    named.push({ name: variable.name, text });
    before.push({ ...literal, what: assignment(variable, term) });
    return variable;
  };
  const own = nameOperands(what, name, which);
  operands.set(`${location.file}:${location.start}`, named);
  return [...before, { ...literal, what: own }];
}

function nameOperands(what: Term, name: (term: Term) => Term, which: Operands): Term {
  if (what.kind === 'ref') return what.path.length > 0 ? name(what) : what;
  if (what.kind !== 'call' || what.infix === ':=' || what.infix === '=') return what;
  return { ...what, args: what.args.map((arg) => (isWorkedOut(arg, which) ? name(arg) : arg)) };
}

/** Whether a term's value cannot be read from the source. */
function isWorkedOut(term: Term, which: Operands): boolean {
  if (term.kind === 'ref') return term.path.length > 0;
  return term.kind === 'call' || (which === 'all' && term.kind !== 'scalar' && term.kind !== 'var');
}

function assignment(variable: VarTerm, value: Term): CallTerm {
  return {
    kind: 'call',
    operator: ['assign'],
    operatorLocation: value.location,
    args: [variable, value],
    infix: ':=',
    location: value.location,
  };
}

function isTerm(what: Expression['what']): what is Term {
  return what.kind !== 'some' && what.kind !== 'some-in' && what.kind !== 'every';
}
