import type { CallLiteral, LoweredTerm } from '../compile/intermediate.ts';
import type { Location } from '../syntax/ast.ts';
import type { Value } from '../values/value.ts';
import type { BodyCompiler } from './body-compiler.ts';
import { callGetter } from './call.ts';
import type { Getter, Step } from './code.ts';
import {
  type FlatReference,
  type FlatTerm,
  flatten,
  flattenTop,
  getterOf,
  isBound,
  kept,
} from './flat-term.ts';
import { matcherOf, unification } from './pattern.ts';
import { referenceGetter, referenceStep } from './reference.ts';
import { compileWalk } from './walk.ts';

/** Where the steps of a literal go. */
export interface Destination {
  /** The literal's own steps. */
  steps: Step[];
  /** What comes before it even when it is negated. */
  before: Step[];
  /** Whether references among the operands must be evaluated there. */
  hoist: boolean;
}

/** Compiles `=`, comparisons and calls that stand as literals. */
export function compileCall(
  compiler: BodyCompiler,
  call: CallLiteral,
  location: Location,
  to: Destination,
): void {
  const [name] = call.operator;
  if (call.operator.length === 1 && (name === 'eq' || name === 'equal') && call.args.length === 2) {
    compileEquation(compiler, call.args[0] as LoweredTerm, call.args[1] as LoweredTerm, to);
    return;
  }
  const callee = compiler.program.callee(call.operator);
  const flat = call.args.map((arg) => flatten(compiler, arg, to.before, to.hoist));
  const output = flat.length > callee.arity ? (flat[callee.arity] as FlatTerm) : undefined;
  const operands = flat.slice(0, callee.arity);
  if (name === 'walk' && callee.kind === 'relation') {
    to.steps.push(compileWalk(compiler, operands[0] as FlatTerm, output));
    return;
  }
  const getters = operands.map((operand) => getterOf(compiler, operand));
  const constants = operands.map((operand) => (operand.kind === 'constant' ? operand.value : undefined));
  if (callee.kind === 'relation') {
    const match = output ? matcherOf(compiler, output) : () => true;
    to.steps.push(relationStep(callee.answers, getters, match, location));
    return;
  }
  const get = callGetter(callee, getters, constants, location);
  if (!output) {
    to.steps.push({
      test: (world, slots) => {
        const value = get(world, slots);
        return value !== undefined && value !== false;
      },
    });
    return;
  }
  if (output.kind === 'local' && !compiler.bound.has(output.name)) {
    const slot = compiler.bind(output.name);
    to.steps.push({
      test: (world, slots) => {
        slots[slot] = get(world, slots);
        return slots[slot] !== undefined;
      },
    });
    return;
  }
  const match = matcherOf(compiler, output);
  to.steps.push({
    test: (world, slots) => {
      const value = get(world, slots);
      return value !== undefined && match(world, slots, value);
    },
  });
}

type Answers = (
  world: Parameters<Getter>[0],
  operands: Value[],
  location: Location,
) => Iterable<Value> | undefined;

function relationStep(
  answers: Answers,
  getters: readonly Getter[],
  match: ReturnType<typeof matcherOf>,
  location: Location,
): Step {
  return {
    each: (next) => (world, slots) => {
      const operands: Value[] = [];
      for (const get of getters) {
        const operand = get(world, slots);
        if (operand === undefined) return world.evaluation.halted;
        operands.push(operand);
      }
      for (const answer of answers(world, operands, location) ?? []) {
        world.evaluation.spend(1);
        if (match(world, slots, answer) && next(world, slots)) return true;
      }
      return world.evaluation.halted;
    },
  };
}

function compileEquation(
  compiler: BodyCompiler,
  left: LoweredTerm,
  right: LoweredTerm,
  { steps, before, hoist }: Destination,
): void {
  const a = flattenTop(compiler, left, before, hoist);
  const b = flattenTop(compiler, right, before, hoist);
  if (a.kind !== 'reference') {
    if (b.kind === 'reference') matchReference(compiler, b, a, steps);
    else unification(compiler, a, b, steps);
    return;
  }
  if (b.kind !== 'reference') {
    matchReference(compiler, a, b, steps);
    return;
  }
  if (isBound(compiler, b) && !isBound(compiler, a)) {
    matchReference(compiler, a, kept(compiler, referenceGetter(compiler, b), steps), steps);
    return;
  }
  matchReference(compiler, b, valueOfReference(compiler, a, steps), steps);
}

/** A reference's value as a term; a reference that has many is iterated. */
function valueOfReference(compiler: BodyCompiler, reference: FlatReference, steps: Step[]): FlatTerm {
  if (isBound(compiler, reference)) return { kind: 'code', get: referenceGetter(compiler, reference) };
  const slot = compiler.temporary();
  steps.push(
    referenceStep(compiler, reference, () => (_world, slots, value) => {
      slots[slot] = value;
      return true;
    }),
  );
  return { kind: 'code', get: (_world, slots) => slots[slot] as Value };
}

function matchReference(
  compiler: BodyCompiler,
  reference: FlatReference,
  pattern: FlatTerm,
  steps: Step[],
): void {
  if (!isBound(compiler, reference)) {
    steps.push(referenceStep(compiler, reference, () => matcherOf(compiler, pattern)));
    return;
  }
  const get = referenceGetter(compiler, reference);
  if (pattern.kind === 'local' && !compiler.bound.has(pattern.name)) {
    const slot = compiler.bind(pattern.name);
    steps.push({
      test: (world, slots) => {
        slots[slot] = get(world, slots);
        return slots[slot] !== undefined;
      },
    });
    return;
  }
  const match = matcherOf(compiler, pattern);
  steps.push({
    test: (world, slots) => {
      const value = get(world, slots);
      return value !== undefined && match(world, slots, value);
    },
  });
}
