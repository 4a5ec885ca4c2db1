import fc from 'fast-check';
import { parseNumber } from './numbers.ts';
import { RegoObject } from './rego-object.ts';
import { RegoSet } from './rego-set.ts';
import type { RegoNumber, Value } from './value.ts';

/** For tests: any number, small ones more often. */
export const arbitraryNumber: fc.Arbitrary<RegoNumber> = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.maxSafeInteger(),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: -40, max: 40 }))
    .map(([digits, exponent]) => parseNumber(`${digits}e${exponent}`)!),
);

/** For tests: any value; equal ones and shared parts are frequent. */
export const arbitraryValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    arbitraryNumber,
    fc.string({ unit: 'grapheme', maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }).map((members) => RegoSet.of(members)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => RegoObject.of(entries)),
  ),
})).value;

/** For tests: what JSON can hold, as it is after one passage through it. */
export const arbitraryJson: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    arbitraryNumber,
    fc.string({ unit: 'grapheme', maxLength: 5 }),
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.string({ maxLength: 3 }), tie('value')), { maxLength: 4 })
      .map((entries) => RegoObject.of(entries)),
  ),
})).value;
