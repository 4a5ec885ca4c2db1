import type { Builtin } from './builtin.ts';
import { stringOperand } from './operands.ts';
import { any, arrayOf, boolean, setOf, string } from './types.ts';

/**
 * What a policy says to whoever runs it. The evaluator gives `trace`, `print` and `internal.print` their effect; here they are
 * declared, and checked where they are called as mere functions.
 */
export const tracingBuiltins: readonly Builtin[] = [
  {
    name: 'trace',
    description: 'Notes a message in the trace of the evaluation; always true.',
    categories: ['tracing'],
    args: [string],
    result: boolean,
    call([a]) {
      stringOperand(a, 1);
      return true;
    },
  },
  {
    name: 'print',
    description: 'Prints its operands; one that is undefined as `<undefined>`.',
    args: [],
    variadic: any,
    result: boolean,
    call: () => true,
  },
  {
    name: 'internal.print',
    description: 'What the compiler makes of `print`: a set of texts for each operand.',
    args: [arrayOf(setOf(any))],
    result: boolean,
    call: () => true,
  },
];
