import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Decimal } from './decimal.ts';
import { NumberError } from './number-error.ts';
import {
  compareNumbers,
  fromBigInt,
  fromDouble,
  isInteger,
  numberText,
  parseNumber,
  toBigInt,
  toDecimal,
} from './numbers.ts';
import { arbitraryNumber } from './value-arbitrary.ts';

test('whole numbers are numbers as long as those are exact, then bigints', () => {
  assert.equal(parseNumber('9007199254740991'), 9007199254740991);
  assert.equal(parseNumber('9007199254740992'), 9007199254740992n);
  assert.equal(parseNumber('-1e3'), -1000);
  assert.equal(parseNumber('1.5e1'), 15);
  assert.equal(parseNumber('1e25'), 10n ** 25n);
});

test('minus zero is zero', () => {
  for (const text of ['-0', '-0.0', '-0e5', '0e999999999999'])
    assert.ok(Object.is(parseNumber(text), 0), text);
});

test('fractions are doubles where those print the same, else decimals', () => {
  assert.equal(parseNumber('0.1'), 0.1);
  assert.equal(parseNumber('1.10'), 1.1);
  assert.deepEqual(parseNumber('0.1234567890123456789'), new Decimal(1234567890123456789n, -19));
  assert.deepEqual(parseNumber('1e-400'), new Decimal(1n, -400));
});

test('what is no JSON number is refused', () => {
  for (const text of ['', '-', '01', '1.', '.5', '1e', '+1', '0x10', ' 1', '1 ', 'NaN', '1_0', '--1']) {
    assert.equal(parseNumber(text), undefined, text);
  }
});

test('a hostile exponent is refused at once, and a large one never becomes a long integer', () => {
  assert.equal(parseNumber('1e999999999999999999999'), undefined);
  assert.equal(parseNumber('1e-1000000'), undefined);
  assert.ok(parseNumber('1e99999') instanceof Decimal);
  assert.equal(compareNumbers(parseNumber('1e99998')!, parseNumber('1e99999')!), -1);
  assert.ok(compareNumbers(parseNumber('-1e99999')!, parseNumber('1e-99999')!) < 0);
});

test('numbers print as Go prints them', () => {
  const texts: Record<string, string> = {
    '1.0': '1',
    '1e25': '10000000000000000000000000',
    '0.1': '0.1',
    '-2.5e-3': '-0.0025',
    '1e-7': '1e-07',
    '1.5e-10': '1.5e-10',
    '1e-400': '1e-400',
    '0.1234567890123456789': '0.1234567890123456789',
    '12345678901234567890.5': '12345678901234567890.5',
  };
  for (const [text, printed] of Object.entries(texts)) assert.equal(numberText(parseNumber(text)!), printed);
});

test('doubles come in by their shortest text', () => {
  assert.equal(fromDouble(1e23), 10n ** 23n);
  assert.equal(fromDouble(-0), 0);
  assert.throws(() => fromDouble(Number.NaN), NumberError);
  assert.throws(() => fromDouble(Number.POSITIVE_INFINITY), NumberError);
});

test('a number survives its own text', () => {
  fc.assert(
    fc.property(arbitraryNumber, (number) => {
      const again = parseNumber(numberText(number))!;
      assert.equal(compareNumbers(again, number), 0);
      assert.equal(typeof again, typeof number);
    }),
  );
});

test('comparing agrees with exact fractions', () => {
  fc.assert(
    fc.property(arbitraryNumber, arbitraryNumber, (a, b) => {
      const scaled = (n: typeof a) => {
        const { digits, exponent } = toDecimal(n);
        return digits * 10n ** BigInt(exponent + 100);
      };
      const [x, y] = [scaled(a), scaled(b)];
      assert.equal(Math.sign(compareNumbers(a, b)), x < y ? -1 : x > y ? 1 : 0);
    }),
  );
});

test('whole numbers are told from fractions', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (value) => {
      const number = fromBigInt(value);
      assert.ok(isInteger(number));
      assert.equal(toBigInt(number), value);
    }),
  );
  assert.equal(toBigInt(0.5), undefined);
});
