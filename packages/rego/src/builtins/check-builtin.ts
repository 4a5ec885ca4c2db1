import assert from 'node:assert/strict';
import test from 'node:test';
import { termValue } from '../evaluate/input-term.ts';
import { termText } from '../values/term-text.ts';
import type { Value } from '../values/value.ts';
import { type Builtin, type BuiltinContext, BuiltinFault } from './builtin.ts';

/** For tests: a context in which nothing runs out and chance is always the same. */
export const quietContext: BuiltinContext = {
  now: () => 1_700_000_000_000_000_000n,
  remembered: (_, make) => make(),
  random: () => 0.5,
  randomBytes: (length) => new Uint8Array(length),
  spend: () => {},
};

/** For tests: the answer of a builtin; operands are Rego terms. */
export function answerOf(
  builtins: readonly Builtin[],
  name: string,
  operands: readonly Value[],
): Value | undefined {
  const builtin = builtins.find((candidate) => candidate.name === name);
  assert.ok(builtin, `no builtin ${name}`);
  return builtin.call(operands, quietContext) as Value | undefined;
}

/** `[name, operands as Rego terms, expected]`: a term, `undefined`, or `error: text` (`type error: text` where the operand is at fault). */
export type Case = [name: string, operands: string[], expected: string];

/** For tests: one test for each case. */
export function checkCases(builtins: readonly Builtin[], cases: readonly Case[]): void {
  for (const [name, operands, expected] of cases) {
    test(`${name}(${operands.join(', ')}) is ${expected}`, () => {
      let actual: string;
      try {
        const answer = answerOf(builtins, name, operands.map(termValue));
        actual = answer === undefined ? 'undefined' : termText(answer);
      } catch (error) {
        if (!(error instanceof BuiltinFault)) throw error;
        actual = `${error.code === 'eval_type_error' ? 'type error' : 'error'}: ${error.message}`;
      }
      const wanted = /^(?:undefined$|error: |type error: )/.test(expected)
        ? expected
        : termText(termValue(expected));
      assert.equal(actual, wanted);
    });
  }
}
