import type { Rule, Term } from '../syntax/ast.ts';
import { declaredNames } from './declared-names.ts';
import {
  constant,
  isWildcard,
  type LoweredExpression,
  type LoweredRule,
  type LoweredTerm,
  local,
} from './intermediate.ts';
import { BodyLowering, type RuleMetadata, type Surroundings } from './lower-body.ts';
import { captured, lowerTerm, needsEvaluation } from './lower-term.ts';
import type { Names } from './names.ts';
import type { PlacedRule } from './rule-tree.ts';

/** Lowers a rule with its `else` branches. */
export function lowerRule(
  around: Surroundings,
  names: Names,
  placed: PlacedRule,
  metadata: RuleMetadata,
): LoweredRule {
  const lowering = new BodyLowering(around, names, metadata);
  const { rule, rest } = placed;
  const body: LoweredExpression[] = [];
  const args = rule.head.args?.map((arg) => lowerArgument(lowering, arg, body));
  const argumentEntries = new Map(lowering.scopes.entries());
  const lowered = lowerBranches(lowering, rule, rest, args, body);
  if (around.strict)
    for (const [name, entry] of argumentEntries)
      if (entry.uses <= 1 && !isWildcard(name))
        around.problems.add(
          'locals',
          rule.head.location,
          'rego_compile_error',
          `unused argument ${name}. (hint: use _ (wildcard variable) instead)`,
        );
  return lowered;
}

/** The branches of a rule, one after the other: there can be thousands. */
function lowerBranches(
  lowering: BodyLowering,
  rule: Rule,
  rest: readonly Term[],
  args: LoweredTerm[] | undefined,
  before: LoweredExpression[],
): LoweredRule {
  const first = lowerBranch(lowering, rule, rest, args, before);
  let last = first;
  for (let next = rule.else; next; next = next.else) {
    const branch = lowerBranch(lowering, next, rest, args, before);
    last.else = branch;
    last = branch;
  }
  return first;
}

function lowerBranch(
  lowering: BodyLowering,
  rule: Rule,
  rest: readonly Term[],
  args: LoweredTerm[] | undefined,
  before: LoweredExpression[],
): LoweredRule {
  const shared = lowering.scopes.withArgumentsOnly();
  const { head } = rule;
  lowering.scopes.hide(declaredNames(rule.body));
  const body = [...before];
  body.push(...lowering.literals(rule.body));
  const inHead = (term: Term): LoweredTerm => {
    const lowered = lowerTerm(lowering, term, body);
    return needsEvaluation(lowered) ? captured(lowering.scopes, lowered, body) : lowered;
  };
  const path = rest.map((term) => {
    const lowered = inHead(term);
    return lowered.kind === 'constant' || lowered.kind === 'local'
      ? lowered
      : captured(lowering.scopes, lowered, body);
  });
  const key = head.key && inHead(head.key);
  const value = head.value ? inHead(head.value) : constant(true, head.location);
  lowering.checkUnused(rule.body, lowering.scopes.entries());
  lowering.scopes = shared;
  return {
    args,
    path,
    key,
    value,
    body,
    else: undefined,
    default: rule.default,
    location: rule.location,
    headLocation: head.location,
    file: rule.location.file,
  };
}

function lowerArgument(lowering: BodyLowering, term: Term, body: LoweredExpression[]): LoweredTerm {
  switch (term.kind) {
    case 'var':
      return local(isWildcard(term.name) ? term.name : lowering.scopes.argument(term.name), term.location);
    case 'array': {
      const items = term.items.map((item) => lowerArgument(lowering, item, body));
      if (items.every((item) => item.kind === 'constant')) return lowerTerm(lowering, term, body);
      return { kind: 'array', items, location: term.location };
    }
    case 'object': {
      const entries = term.entries.map(([key, value]): [LoweredTerm, LoweredTerm] => [
        lowerTerm(lowering, key, body),
        lowerArgument(lowering, value, body),
      ]);
      if (entries.every(([key, value]) => key.kind === 'constant' && value.kind === 'constant'))
        return lowerTerm(lowering, term, body);
      return { kind: 'object', entries, location: term.location };
    }
    case 'call':
      lowering.problem(term.location, 'rule arguments cannot contain calls');
      return constant(null, term.location);
    default: {
      const lowered = lowerTerm(lowering, term, body);
      return needsEvaluation(lowered) ? captured(lowering.scopes, lowered, body) : lowered;
    }
  }
}
