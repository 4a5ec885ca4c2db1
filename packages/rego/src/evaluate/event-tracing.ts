import type { ComprehensionTerm, LoweredExpression, LoweredRule } from '../compile/intermediate.ts';
import { isGeneratedName, isWildcard, writtenName } from '../compile/intermediate.ts';
import type { Location } from '../syntax/ast.ts';
import type { Value } from '../values/value.ts';
import type { BodyCompiler } from './body-compiler.ts';
import { type Continuation, chain, type Slots, type Step } from './code.ts';
import type { CompiledQuery } from './query.ts';
import type { TraceEvent } from './trace.ts';
import type { Tracing } from './tracing.ts';
import type { World } from './world.ts';

/** The ids of the bodies being evaluated, the innermost last. */
const stacks = new WeakMap<object, { ids: number[]; last: number }>();

function stackOf(world: World): { ids: number[]; last: number } {
  let stack = stacks.get(world.evaluation);
  if (!stack) {
    stack = { ids: [], last: 0 };
    stacks.set(world.evaluation, stack);
  }
  return stack;
}

/** Compiles bodies so that a tracer is told of everything that happens in them. */
export const eventTracing: Tracing = {
  literal(compiler, expression, steps) {
    if (expression.generated) {
      const { location } = expression;
      const none = () => new Map<string, Value>();
      steps.push({
        test: (world, slots) => {
          emit(world, slots, 'Eval', 'generated', location, none);
          return true;
        },
      });
      compiler.literal(expression, steps);
      return;
    }
    const inner: Step[] = [];
    compiler.literal(expression, inner);
    const locals = localsOf(compiler);
    const { location } = expression;
    steps.push({
      each: (next) => {
        let report: (world: World, slots: Slots, op: TraceEvent['op']) => void = () => undefined;
        const run = chain(inner, (world, slots) => {
          (slots[solved] as number)++;
          return next(world, slots);
        });
        const solved = compiler.temporary();
        report = (world, slots, op) => emit(world, slots, op, 'expression', location, locals);
        return (world, slots) => {
          report(world, slots, 'Eval');
          slots[solved] = 0;
          const stopped = run(world, slots);
          if (!stopped) report(world, slots, slots[solved] === 0 ? 'Fail' : 'Redo');
          return stopped;
        };
      },
    });
  },
  solved: (compiler, rule) => {
    const locals = localsOf(compiler);
    return {
      test: (world, slots) => {
        emit(world, slots, 'Exit', 'rule', rule.headLocation, locals);
        return true;
      },
    };
  },
  rule: (compiler, rule, body) => around(compiler, 'rule', rule.location, body),
  closure: (compiler, term, body) => around(compiler, 'body', term.location, body),
  query: (compiler, query, body) =>
    query.body[0] ? around(compiler, 'body', query.body[0].location, body) : body,
};

/** `Enter` before a body; the body's own end tells `Exit` for each solution. */
function around(
  compiler: BodyCompiler,
  node: TraceEvent['node'],
  location: Location,
  body: Continuation,
): Continuation {
  const locals = localsOf(compiler);
  return (world, slots) => {
    const stack = stackOf(world);
    stack.last += 1;
    stack.ids.push(stack.last);
    emit(world, slots, 'Enter', node, location, locals);
    const stopped = body(world, slots);
    if (node !== 'rule') emit(world, slots, 'Exit', node, location, locals);
    stack.ids.pop();
    return stopped;
  };
}

function emit(
  world: World,
  slots: Slots,
  op: TraceEvent['op'],
  node: TraceEvent['node'],
  location: Location,
  locals: (slots: Slots) => Map<string, Value>,
): void {
  const { ids } = stackOf(world);
  world.evaluation.settings.tracer?.event({
    op,
    node,
    location,
    queryId: ids.at(-1) ?? 0,
    parentId: ids.at(-2) ?? 0,
    locals: () => locals(slots),
  });
}

/** Shows the variables that are bound at this point of a body, by their written names. */
function localsOf(compiler: BodyCompiler): (slots: Slots) => Map<string, Value> {
  const names = [...compiler.bound]
    .filter((name) => !isGeneratedName(name) && !isWildcard(name))
    .map((name): [string, number] => [writtenName(name), compiler.slot(name)]);
  return (slots) => {
    const values = new Map<string, Value>();
    for (const [name, slot] of names) {
      const value = slots[slot] as Value | undefined;
      if (value !== undefined) values.set(name, value);
    }
    return values;
  };
}

export type { CompiledQuery, ComprehensionTerm, LoweredExpression, LoweredRule };
