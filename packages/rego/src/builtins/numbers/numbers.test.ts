import assert from 'node:assert/strict';
import test from 'node:test';
import { answerOf, checkCases, quietContext } from '../check-builtin.ts';
import { arithmeticBuiltins } from './arithmetic.ts';
import { bitsBuiltins } from './bits.ts';
import { rangeBuiltins } from './ranges.ts';

checkCases(arithmeticBuiltins, [
  ['plus', ['1', '2'], '3'],
  ['plus', ['9007199254740991', '9007199254740991'], '18014398509481982'],
  ['plus', ['0.1', '0.2'], '0.3'],
  ['plus', ['"a"', '2'], 'type error: operand 1 must be number but got string'],
  ['plus', ['1', '[]'], 'type error: operand 2 must be number but got array'],
  ['minus', ['3', '5'], '-2'],
  ['minus', ['{1, 2, 3}', '{2}'], '{1, 3}'],
  ['minus', ['{1}', '{1}'], 'set()'],
  ['minus', ['1', '{1}'], 'type error: operand 2 must be number but got set'],
  ['minus', ['{1}', '1'], 'type error: operand 2 must be set but got number'],
  ['minus', ['"a"', '1'], 'type error: operand 1 must be one of {number, set} but got string'],
  ['mul', ['4', '2.5'], '10'],
  ['div', ['1', '4'], '0.25'],
  ['div', ['1', '0'], 'error: divide by zero'],
  ['rem', ['7', '3'], '1'],
  ['rem', ['7', '0'], 'error: modulo by zero'],
  ['rem', ['7.5', '2'], 'error: modulo on floating-point number'],
  ['abs', ['-3.5'], '3.5'],
  ['ceil', ['1.01'], '2'],
  ['floor', ['-1.01'], '-2'],
  ['round', ['-2.5'], '-3'],
  ['round', ['null'], 'type error: operand 1 must be number but got null'],
]);

checkCases(bitsBuiltins, [
  ['bits.and', ['12', '10'], '8'],
  ['bits.or', ['12', '10'], '14'],
  ['bits.xor', ['42', '3'], '41'],
  ['bits.negate', ['42'], '-43'],
  ['bits.lsh', ['1', '70'], '1180591620717411303424'],
  ['bits.rsh', ['-8', '1'], '-4'],
  ['bits.rsh', ['-8', '99999999999999'], '-1'],
  ['bits.or', ['1.5', '1'], 'type error: operand 1 must be integer number but got floating-point number'],
  ['bits.and', ['1', '"a"'], 'type error: operand 2 must be integer but got string'],
  [
    'bits.lsh',
    ['1', '-1'],
    'type error: operand 2 must be an unsigned integer number but got a negative integer',
  ],
  ['bits.lsh', ['1', '99999999999'], 'error: number out of range'],
]);

checkCases(rangeBuiltins, [
  ['numbers.range', ['1', '4'], '[1, 2, 3, 4]'],
  ['numbers.range', ['2', '-1'], '[2, 1, 0, -1]'],
  ['numbers.range', ['5', '5'], '[5]'],
  [
    'numbers.range',
    ['9007199254740991', '9007199254740993'],
    '[9007199254740991, 9007199254740992, 9007199254740993]',
  ],
  [
    'numbers.range',
    ['1.5', '2'],
    'type error: operand 1 must be integer number but got floating-point number',
  ],
  ['numbers.range_step', ['0', '5', '2'], '[0, 2, 4]'],
  ['numbers.range_step', ['5', '0', '2'], '[5, 3, 1]'],
  ['numbers.range_step', ['0', '4', '2'], '[0, 2, 4]'],
  ['numbers.range_step', ['0', '5', '0'], 'error: numbers.range_step: step must be a positive integer'],
  ['rand.intn', ['"seed"', '0'], '0'],
  ['rand.intn', ['"seed"', '-10'], '5'],
]);

test('a range is charged for before it is made', () => {
  const range = rangeBuiltins.find(({ name }) => name === 'numbers.range')!;
  let charged = 0;
  const spend = (steps: number) => {
    charged += steps;
    if (charged > 1_000_000) throw new Error('out of steps');
  };
  assert.throws(() => range.call([0, 10n ** 30n], { ...quietContext, spend }), { message: 'out of steps' });
});

test('a shift to the right undoes one to the left', () => {
  for (const value of [0, 1, -1, 123456789]) {
    const shifted = answerOf(bitsBuiltins, 'bits.lsh', [value, 100]);
    assert.equal(answerOf(bitsBuiltins, 'bits.rsh', [shifted!, 100]), value);
  }
});
