import type { Decimal } from './decimal.ts';
import type { RegoObject } from './rego-object.ts';
import type { RegoSet } from './rego-set.ts';

/**
 * A number in its one form, so that equal numbers are identical (`===`, decimals aside):
 * - a safe integer is a `number` (never -0);
 * - a larger integer is a `bigint`, up to the size `parseNumber` bounds;
 * - a fraction is a `number` if the shortest text of that double is the number's own value, else a {@link Decimal}.
 * NaN and infinities do not occur.
 */
export type RegoNumber = number | bigint | Decimal;

export type Scalar = null | boolean | string | RegoNumber;

/** An array. Never changed after it was handed on. */
export type RegoArray = readonly Value[];

/** A value of Rego. Immutable; undefined is not one of them. */
export type Value = Scalar | RegoArray | RegoObject | RegoSet;

export type TypeName = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' | 'set';
