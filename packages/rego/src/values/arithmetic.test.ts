import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { absolute, add, ceiling, divide, floor, multiply, remainder, round, subtract } from './arithmetic.ts';
import { compareNumbers, fromBigInt, isInteger, numberText, parseNumber, toDecimal } from './numbers.ts';
import type { RegoNumber } from './value.ts';
import { arbitraryNumber } from './value-arbitrary.ts';

const operations = { '+': add, '-': subtract, '*': multiply, '/': divide, '%': remainder } as const;

/** Results of OPA's arithmetic, checked with Go's `math/big`. */
const results: [string, string][] = [
  ['0.1 + 0.2', '0.3'],
  ['0.3 - 0.1', '0.20000000000000000002'],
  ['1 / 3', '0.33333333333333333334'],
  ['2 / 3', '0.6666666666666666667'],
  ['10 / 4', '2.5'],
  ['10 / 5', '2'],
  ['-7 / 2', '-3.5'],
  ['0 / 5', '0'],
  ['1.1 * 1.1', '1.21'],
  ['0.1 * 3', '0.3'],
  ['9007199254740991 + 1', '9007199254740992'],
  ['9007199254740993 - 9007199254740992', '1'],
  ['123456789012345678901234567890 * 10', '1234567890123456789012345678900'],
  ['1e25 / 1', '10000000000000000000000000'],
  ['1e-400 + 1', '1'],
  ['-7 % 3', '-1'],
  ['7 % -3', '1'],
  ['123456789012345678901234567890 % 97', '52'],
];

for (const [expression, expected] of results) {
  test(`${expression} is ${expected}`, () => {
    const [a, sign, b] = expression.split(' ') as [string, keyof typeof operations, string];
    const expectedNumber = parseNumber(expected)!;
    const actual = operations[sign](parseNumber(a)!, parseNumber(b)!);
    assert.equal(numberText(actual), numberText(expectedNumber));
  });
}

test('there is no dividing by zero, and no remainder of fractions', () => {
  assert.throws(() => divide(1, 0), { message: 'divide by zero' });
  assert.throws(() => divide(0.5, 0), { message: 'divide by zero' });
  assert.throws(() => remainder(1, 0), { message: 'modulo by zero' });
  assert.throws(() => remainder(10n ** 30n, 0), { message: 'modulo by zero' });
  assert.throws(() => remainder(1.5, 1), { message: 'modulo on floating-point number' });
});

test('a product that could not be held is refused before it is made', () => {
  let value: RegoNumber = 10n ** 300n;
  assert.throws(
    () => {
      for (let i = 0; i < 100; i += 1) value = multiply(value, add(value, 1));
    },
    { message: 'number out of range' },
  );
});

test('whole numbers of any size are added, subtracted and multiplied exactly', () => {
  const integer = fc.oneof(
    fc.maxSafeInteger().map(BigInt),
    fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
  );
  fc.assert(
    fc.property(integer, integer, (a, b) => {
      const [x, y] = [fromBigInt(a), fromBigInt(b)];
      assert.equal(compareNumbers(add(x, y), fromBigInt(a + b)), 0);
      assert.equal(compareNumbers(subtract(x, y), fromBigInt(a - b)), 0);
      assert.equal(compareNumbers(multiply(x, y), fromBigInt(a * b)), 0);
      if (b !== 0n) assert.equal(compareNumbers(remainder(x, y), fromBigInt(a % b)), 0);
    }),
  );
});

test('results of fractions are within one part in 2^60 of the exact ones', () => {
  const scale = 200;
  const scaled = (n: RegoNumber) => {
    const { digits, exponent } = toDecimal(n);
    return digits * 10n ** BigInt(exponent + scale);
  };
  const near = (actual: bigint, exact: bigint, size: bigint) => {
    const error = actual > exact ? actual - exact : exact - actual;
    assert.ok(error <= size >> 60n, `${actual} ${exact}`);
  };
  const magnitude = (n: bigint) => (n < 0n ? -n : n);
  fc.assert(
    fc.property(arbitraryNumber, arbitraryNumber, (a, b) => {
      const [x, y] = [scaled(a), scaled(b)];
      near(scaled(add(a, b)), x + y, magnitude(x) + magnitude(y));
      near(
        scaled(multiply(a, b)),
        (x * y) / 10n ** BigInt(scale),
        magnitude(x * y) / 10n ** BigInt(scale) + (1n << 60n),
      );
    }),
  );
});

test('rounding goes to the nearest, halves away from zero', () => {
  const cases: [string, string, string, string][] = [
    ['0.5', '1', '1', '0'],
    ['-0.5', '-1', '0', '-1'],
    ['2.5', '3', '3', '2'],
    ['-2.4', '-2', '-2', '-3'],
    ['0.49999999999999994', '0', '1', '0'],
    ['7', '7', '7', '7'],
    ['-12345678901234567890', '-12345678901234567890', '-12345678901234567890', '-12345678901234567890'],
    ['0.1234567890123456789', '0', '1', '0'],
    ['-0.1234567890123456789', '0', '0', '-1'],
  ];
  for (const [text, rounded, up, down] of cases) {
    const value = parseNumber(text)!;
    assert.equal(numberText(round(value)), rounded, `round ${text}`);
    assert.equal(numberText(ceiling(value)), up, `ceil ${text}`);
    assert.equal(numberText(floor(value)), down, `floor ${text}`);
  }
});

test('floor and ceiling enclose a number', () => {
  fc.assert(
    fc.property(arbitraryNumber, (value) => {
      const short = numberText(value).length < 18;
      const [low, high] = [floor(value), ceiling(value)];
      assert.ok(isInteger(low) && isInteger(high));
      if (!short) return;
      assert.ok(compareNumbers(low, value) <= 0 && compareNumbers(value, high) <= 0);
      assert.ok(compareNumbers(subtract(high, low), 1) <= 0);
    }),
  );
});

test('the absolute value has no sign', () => {
  for (const text of ['-3', '3', '-12345678901234567890', '-0.5', '-0.1234567890123456789']) {
    assert.equal(numberText(absolute(parseNumber(text)!)), text.replace('-', ''));
  }
});
