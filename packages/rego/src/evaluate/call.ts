import { type Builtin, BuiltinFault } from '../builtins/builtin.ts';
import { problemAt, RegoError } from '../error.ts';
import type { Location } from '../syntax/ast.ts';
import { Decimal } from '../values/decimal.ts';
import { NumberError } from '../values/number-error.ts';
import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import type { Getter } from './code.ts';
import type { RuleGroup } from './rule-group.ts';
import { shortcutFor } from './shortcuts.ts';
import type { Mock, World } from './world.ts';

/** What a call reaches. */
export type Callee =
  | { kind: 'function'; name: string; arity: number; group: RuleGroup }
  | { kind: 'builtin'; name: string; arity: number; builtin: Builtin; answer: Answer }
  | {
      kind: 'relation';
      name: string;
      arity: number;
      answers(world: World, operands: Value[], location: Location): Iterable<Value> | undefined;
    };

/** Calls a builtin; its faults are recorded or thrown. */
export type Answer = (world: World, operands: Value[], location: Location) => Value | undefined;

/** The value of a call whose operands are known. */
export function callGetter(
  callee: Exclude<Callee, { kind: 'relation' }>,
  getters: readonly Getter[],
  constants: readonly (Value | undefined)[],
  location: Location,
): Getter {
  const { name } = callee;
  const invoke: (world: World, operands: Value[]) => Value | undefined =
    callee.kind === 'function'
      ? (world, operands) => callee.group.call(world, operands)
      : (world, operands) => callee.answer(world, operands, location);
  const operate: Getter = (world, slots) => {
    const operands: Value[] = new Array(getters.length);
    for (let i = 0; i < getters.length; i += 1) {
      const operand = (getters[i] as Getter)(world, slots);
      if (operand === undefined) return undefined;
      operands[i] = operand;
    }
    const mock = world.mocks?.get(name);
    return mock === undefined ? invoke(world, operands) : mocked(mock, world, operands);
  };
  if (callee.kind === 'builtin') return shortcutFor(name, getters, constants, operate) ?? operate;
  return operate;
}

function mocked(mock: Mock, world: World, operands: Value[]): Value | undefined {
  return 'value' in mock ? mock.value : mock.call(world, operands);
}

/** Steps that a builtin is charged for the size of an operand or answer, since most read or make all of it. */
function costOf(value: Value | undefined): number {
  switch (typeof value) {
    case 'string':
      return value.length >> 6;
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? 0 : 256;
    case 'object':
      if (Array.isArray(value)) return value.length >> 4;
      if (value instanceof RegoObject || value instanceof RegoSet) return value.size >> 4;
      return value instanceof Decimal ? 64 : 0;
    default:
      return 0;
  }
}

/** How a builtin is called: with its faults turned into what the query does about them. */
export function answerOf(builtin: Builtin): Answer {
  return (world, operands, location) => {
    const { evaluation } = world;
    let cost = 1;
    for (const operand of operands) cost += costOf(operand);
    evaluation.fuel -= cost;
    if (evaluation.fuel < 0) evaluation.refuel();
    try {
      const value = builtin.call(operands, evaluation) as Value | undefined;
      const made = costOf(value);
      if (made > 0) {
        if (typeof value === 'string') evaluation.checkText(value.length);
        evaluation.spend(made);
      }
      return value;
    } catch (error) {
      return faulted(error, builtin.name, world, location);
    }
  };
}

/** Records a builtin's failure and makes it undefined, or throws it when builtin errors are strict. */
export function faulted(error: unknown, name: string, world: World, location: Location): undefined {
  if (error instanceof RegoError) throw error;
  if (!(error instanceof BuiltinFault) && !(error instanceof NumberError)) throw error;
  const code = error instanceof BuiltinFault ? error.code : 'eval_builtin_error';
  const problem = problemAt(location, code, `${spoken[name] ?? name}: ${error.message}`);
  const { evaluation } = world;
  if (evaluation.settings.strictBuiltinErrors) throw new RegoError([problem], { cause: error });
  evaluation.builtinErrors.push(problem);
  return undefined;
}

/** Builtins that OPA's messages call otherwise. */
const spoken: Record<string, string> = {};
