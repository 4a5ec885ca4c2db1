import type { RegoObject } from '../values/rego-object.ts';
import type { RegoSet } from '../values/rego-set.ts';
import type { RegoArray, RegoNumber, Value } from '../values/value.ts';

/** A type as OPA's capabilities write it; `of`, `static`, `dynamic` as there. */
export type RegoType =
  | { type: 'any'; of?: RegoType[] }
  | { type: 'null' | 'boolean' | 'number' | 'string' }
  | { type: 'array'; static?: RegoType[]; dynamic?: RegoType }
  | { type: 'set'; of?: RegoType }
  | {
      type: 'object';
      static?: { key: unknown; value: RegoType }[];
      dynamic?: { key: RegoType; value: RegoType };
    }
  | { type: 'function'; args?: RegoType[]; result?: RegoType; variadic?: RegoType };

/** What a builtin may ask of the query that called it. */
export interface BuiltinContext {
  /** Nanoseconds since 1970; the same in the whole query. */
  now(): bigint;
  /** The same for the same key in the whole query: `rand.intn` and `uuid.rfc4122` keep their answers here. */
  remembered<T>(key: string, make: () => T): T;
  /** In [0, 1). */
  random(): number;
  /** Bytes for `uuid.rfc4122` and keys. */
  randomBytes(length: number): Uint8Array;
  /** Counts work done in a loop, so that the limits on time hold inside a builtin too; throws `eval_cancel_error` when exhausted. */
  spend(steps: number): void;
  /** Throws `eval_cancel_error` when a collection of that many elements may not be built. Ask before building. */
  checkSize?(elements: number): void;
  /** Throws `eval_cancel_error` when a text of that many UTF-16 units may not be built. Ask before building. */
  checkText?(length: number): void;
}

/** How a builtin is written down. The implementation lies beside it, so that the list alone can be loaded and filtered. */
export interface BuiltinDeclaration {
  /** `io.jwt.decode`. */
  name: string;
  /** Types of the operands; `variadic` ones follow any number of times. */
  args: RegoType[];
  variadic?: RegoType;
  result: RegoType;
  description?: string;
  /** OPA's category in its documentation: `strings`, `tokens`. */
  categories?: string[];
  /** As an operator: `+`. */
  infix?: string;
  /** Yields any number of answers: `walk`. */
  relation?: boolean;
  /** Two calls may differ. */
  nondeterministic?: boolean;
  deprecated?: boolean;
}

/**
 * A builtin. `call` gets as many operands as it declares, of any type: it checks them itself and throws a {@link BuiltinFault}
 * (`operandType`) where OPA gives `eval_type_error`. It returns undefined where the answer is undefined without being an error.
 * A relation returns an iterable of answers.
 */
export interface Builtin extends BuiltinDeclaration {
  call(operands: readonly Value[], context: BuiltinContext): Value | undefined | Iterable<Value>;
}

/** A builtin that cannot answer. Undefined for the policy unless errors are strict. */
export class BuiltinFault extends Error {
  override readonly name = 'BuiltinFault';
  readonly code: 'eval_type_error' | 'eval_builtin_error';

  constructor(
    code: 'eval_type_error' | 'eval_builtin_error',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.code = code;
  }
}

export type { RegoArray, RegoNumber, RegoObject, RegoSet, Value };
