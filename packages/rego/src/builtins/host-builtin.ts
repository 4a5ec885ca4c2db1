import type { Value } from '../values/value.ts';
import type { BuiltinContext, BuiltinDeclaration, RegoType } from './builtin.ts';
import { any } from './types.ts';

/**
 * A function that the host of the engine adds. It is given its operands and answers with a value, with undefined where there is
 * none, or with a promise of either: then the evaluation is suspended, and started again with the answer remembered. What it
 * throws is a builtin error: undefined for the policy unless errors are strict.
 */
export interface HostBuiltin {
  /** `ec.oci.blob`. */
  name: string;
  /** Types of the operands; a number stands for as many of any type. */
  args: readonly RegoType[] | number;
  /** Default: any. */
  result?: RegoType;
  description?: string;
  /** Operands and answer are {@link Value}s, not plain JavaScript. */
  raw?: boolean;
  call(operands: readonly unknown[], context: BuiltinContext): unknown;
  /** Answers of a synchronous function are remembered in one evaluation. Those of asynchronous ones always are. */
  memoize?: boolean;
  /** Two calls may differ; nothing is folded. */
  nondeterministic?: boolean;
}

/** How a host function is declared to the compiler. */
export function declarationOf(host: HostBuiltin): BuiltinDeclaration {
  return {
    name: host.name,
    args: typeof host.args === 'number' ? Array.from({ length: host.args }, () => any) : [...host.args],
    result: host.result ?? any,
    ...(host.description !== undefined && { description: host.description }),
    ...(host.nondeterministic !== undefined && { nondeterministic: host.nondeterministic }),
  };
}

export type { Value };
