import type { CallLiteral, LoweredRule, LoweredTerm, ReferenceTerm } from '../compile/intermediate.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import { lookupPath } from './lookup.ts';
import type { World } from './world.ts';

/** That something known before a body runs must be one of some constants for the body to hold. */
export interface Condition {
  /** What is compared, as text: equal for equal things. */
  subject: string;
  values: readonly Value[];
  read(world: World, args: readonly Value[]): Value | undefined;
}

/** The conditions that a rule's body and its constant arguments put up. A rule with `else` has none: its branches may differ. */
export function conditionsOf(rule: LoweredRule): Condition[] {
  if (rule.else) return [];
  const conditions: Condition[] = [];
  const args = new Map<string, number>();
  rule.args?.forEach((arg, index) => {
    if (arg.kind === 'local') args.set(arg.name, index);
    else if (arg.kind === 'constant' && isSimple(arg.value))
      conditions.push({ ...argument(index), values: [arg.value] });
  });
  const aliases = new Map<string, ReferenceTerm>();
  for (const { what, negated, with: replacements } of rule.body) {
    if (what.kind !== 'call' || negated || replacements.length > 0 || what.args.length !== 2) continue;
    const [left, right] = what.args as [LoweredTerm, LoweredTerm];
    if (what.operator[0] === 'eq' && left.kind === 'local' && right.kind === 'reference')
      aliases.set(left.name, right);
    const found = conditionOf(what, left, right, args, aliases);
    if (found && !conditions.some(({ subject }) => subject === found.subject)) conditions.push(found);
  }
  return conditions;
}

function conditionOf(
  call: CallLiteral,
  left: LoweredTerm,
  right: LoweredTerm,
  args: ReadonlyMap<string, number>,
  aliases: ReadonlyMap<string, ReferenceTerm>,
): Condition | undefined {
  const [name] = call.operator;
  if (call.operator.length !== 1) return undefined;
  if (name === 'eq' || name === 'equal') {
    if (right.kind === 'constant' && isSimple(right.value)) return about(left, [right.value], args, aliases);
    if (left.kind === 'constant' && isSimple(left.value)) return about(right, [left.value], args, aliases);
  }
  if (name === 'internal.member_2' && right.kind === 'constant') {
    const values =
      right.value instanceof RegoSet
        ? right.value.values()
        : Array.isArray(right.value)
          ? (right.value as readonly Value[])
          : undefined;
    if (values && values.length > 0 && values.length <= 64 && values.every(isSimple))
      return about(left, [...new Set(values)], args, aliases);
  }
  return undefined;
}

function about(
  term: LoweredTerm,
  values: readonly Value[],
  args: ReadonlyMap<string, number>,
  aliases: ReadonlyMap<string, ReferenceTerm>,
): Condition | undefined {
  if (term.kind === 'local') {
    const index = args.get(term.name);
    if (index !== undefined) return { ...argument(index), values };
    const alias = aliases.get(term.name);
    return alias && about(alias, values, args, aliases);
  }
  if (term.kind !== 'reference') return undefined;
  const path: Value[] = [];
  for (const part of term.path) {
    if (part.kind !== 'constant' || typeof part.value === 'object') return undefined;
    path.push(part.value);
  }
  if (term.root === 'input')
    return {
      subject: `input${JSON.stringify(path.map(String))}`,
      values,
      read: (world) => lookupPath(world.input, path, 0),
    };
  const index = term.root === 'local' ? args.get(term.name) : undefined;
  if (index === undefined) return undefined;
  return {
    subject: `${index}${JSON.stringify(path.map(String))}`,
    values,
    read: (_world, given) => lookupPath(given[index], path, 0),
  };
}

function argument(index: number): Omit<Condition, 'values'> {
  return { subject: `${index}[]`, read: (_world, args) => args[index] };
}

/** Whether a value can be the key of a map and be equal by value. */
function isSimple(value: Value): boolean {
  return typeof value !== 'object' || value === null;
}
