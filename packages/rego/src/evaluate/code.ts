import type { Value } from '../values/value.ts';
import type { World } from './world.ts';

/** The variables of one rule being evaluated, by slot. Slot 0 collects the answers. */
export type Slots = unknown[];

/** Works out a value; undefined where there is none. */
export type Getter = (world: World, slots: Slots) => Value | undefined;

/** Takes part in finding solutions: for each one calls what comes next. True means: stop, no more are wanted. */
export type Continuation = (world: World, slots: Slots) => boolean;

/** Whether a literal with at most one solution holds. */
export type Test = (world: World, slots: Slots) => boolean;

/** Whether a value fits a pattern; binds the pattern's variables. */
export type Matcher = (world: World, slots: Slots, value: Value) => boolean;

/** A part of a body: a test, or something with any number of solutions. */
export type Step = { test: Test } | { each: (next: Continuation) => Continuation };

/**
 * Puts the steps of a body in sequence before what is to happen for each solution. Runs of tests become one loop, so that a long
 * body takes no deeper stack than its iterations.
 */
export function chain(steps: readonly Step[], last: Continuation): Continuation {
  let next = last;
  for (let end = steps.length; end > 0; ) {
    const step = steps[end - 1] as Step;
    if ('each' in step) {
      next = step.each(next);
      end -= 1;
      continue;
    }
    let start = end - 1;
    while (start > 0 && 'test' in (steps[start - 1] as Step)) start -= 1;
    next = sequence(
      steps.slice(start, end).map((item) => (item as { test: Test }).test),
      next,
    );
    end = start;
  }
  return next;
}

function sequence(tests: readonly Test[], next: Continuation): Continuation {
  const [a, b, c] = tests as [Test, Test, Test];
  switch (tests.length) {
    case 1:
      return (world, slots) => (a(world, slots) ? next(world, slots) : world.evaluation.halted);
    case 2:
      return (world, slots) =>
        a(world, slots) && b(world, slots) ? next(world, slots) : world.evaluation.halted;
    case 3:
      return (world, slots) =>
        a(world, slots) && b(world, slots) && c(world, slots) ? next(world, slots) : world.evaluation.halted;
    default:
      return (world, slots) => {
        for (let i = 0; i < tests.length; i += 1)
          if (!(tests[i] as Test)(world, slots)) return world.evaluation.halted;
        return next(world, slots);
      };
  }
}

/** A continuation that asks for no more: for `not`, `every` and other places where one solution is enough. */
export const stop: Continuation = () => true;
