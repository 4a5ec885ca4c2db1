import {
  addFloats,
  type BigFloat,
  divideFloats,
  fromBigFloat,
  multiplyFloats,
  negateFloat,
  toBigFloat,
  truncateFloat,
} from './big-float.ts';
import { Decimal } from './decimal.ts';
import { NumberError } from './number-error.ts';
import { fromBigInt, maxMagnitude, toBigInt } from './numbers.ts';
import type { RegoNumber } from './value.ts';

/** The sum: exact for whole numbers, else to 64 bits. */
export function add(a: RegoNumber, b: RegoNumber): RegoNumber {
  if (typeof a === 'number' && typeof b === 'number' && Number.isInteger(a) && Number.isInteger(b)) {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return combine(a, b, (x, y) => x + y, addFloats);
}

/** The difference: exact for whole numbers, else to 64 bits. */
export function subtract(a: RegoNumber, b: RegoNumber): RegoNumber {
  if (typeof a === 'number' && typeof b === 'number' && Number.isInteger(a) && Number.isInteger(b)) {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return combine(
    a,
    b,
    (x, y) => x - y,
    (x, y) => addFloats(x, negateFloat(y)),
  );
}

/** The product: exact for whole numbers, else to 64 bits. */
export function multiply(a: RegoNumber, b: RegoNumber): RegoNumber {
  if (typeof a === 'number' && typeof b === 'number' && Number.isInteger(a) && Number.isInteger(b)) {
    const product = a * b;
    // `+ 0` turns -0 into 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return combine(a, b, wholeProduct, multiplyFloats);
}

/**
 * The quotient: a whole number where it is one and 64 bits hold it, else a decimal of 64 bits.
 * Throws {@link NumberError} `divide by zero`.
 */
export function divide(a: RegoNumber, b: RegoNumber): RegoNumber {
  if (b === 0) throw new NumberError('divide by zero');
  if (typeof a === 'number' && typeof b === 'number' && Number.isInteger(a) && Number.isInteger(b)) {
    const quotient = a / b;
    if (Number.isInteger(quotient) && quotient * b === a) return quotient + 0;
  }
  return fromBigFloat(divideFloats(toBigFloat(a), toBigFloat(b)));
}

/**
 * The remainder of a division towards zero; it has the dividend's sign. Throws {@link NumberError} `modulo by zero`, and
 * `modulo on floating-point number` when a number is not whole.
 */
export function remainder(a: RegoNumber, b: RegoNumber): RegoNumber {
  if (typeof a === 'number' && typeof b === 'number' && Number.isInteger(a) && Number.isInteger(b)) {
    if (b === 0) throw new NumberError('modulo by zero');
    return (a % b) + 0;
  }
  const x = toBigInt(a);
  const y = toBigInt(b);
  if (x === undefined || y === undefined) throw new NumberError('modulo on floating-point number');
  if (y === 0n) throw new NumberError('modulo by zero');
  return fromBigInt(x % y);
}

export function absolute(value: RegoNumber): RegoNumber {
  if (typeof value === 'number') return Math.abs(value);
  if (typeof value === 'bigint') return value < 0n ? -value : value;
  return value.digits < 0n ? new Decimal(-value.digits, value.exponent) : value;
}

/** The nearest whole number, halves away from zero. */
export function round(value: RegoNumber): RegoNumber {
  if (typeof value === 'number') {
    const whole = Math.trunc(value);
    const fraction = value - whole;
    if (fraction >= 0.5) return whole + 1;
    return fraction <= -0.5 ? whole - 1 : whole + 0;
  }
  return wholePart(value, (float) => {
    const half: BigFloat = { mantissa: float.mantissa < 0n ? -1n : 1n, exponent: -1, precision: 64 };
    return truncateFloat(addFloats(float, half));
  });
}

/** The least whole number that is not below the value. */
export function ceiling(value: RegoNumber): RegoNumber {
  if (typeof value === 'number') return Math.ceil(value) + 0;
  return wholePart(value, (float) => {
    const whole = truncateFloat(float);
    return float.mantissa > 0n && hasFraction(float) ? whole + 1n : whole;
  });
}

/** The greatest whole number that is not above the value. */
export function floor(value: RegoNumber): RegoNumber {
  if (typeof value === 'number') return Math.floor(value);
  return wholePart(value, (float) => {
    const whole = truncateFloat(float);
    return float.mantissa < 0n && hasFraction(float) ? whole - 1n : whole;
  });
}

function wholePart(value: bigint | Decimal, take: (float: BigFloat) => bigint): RegoNumber {
  if (typeof value === 'bigint' || value.exponent >= 0) return value;
  return fromBigInt(take(toBigFloat(value)));
}

function hasFraction(float: BigFloat): boolean {
  return float.exponent < 0 && (float.mantissa & ((1n << BigInt(-float.exponent)) - 1n)) !== 0n;
}

function wholeProduct(a: bigint, b: bigint): bigint {
  // The length of a product is about the sum of the lengths: refuse before the work is done.
  if (a.toString(16).length + b.toString(16).length > maxMagnitude)
    throw new NumberError('number out of range');
  return a * b;
}

function combine(
  a: RegoNumber,
  b: RegoNumber,
  whole: (x: bigint, y: bigint) => bigint,
  fraction: (x: BigFloat, y: BigFloat) => BigFloat,
): RegoNumber {
  const x = toBigInt(a);
  const y = x === undefined ? undefined : toBigInt(b);
  if (x !== undefined && y !== undefined) return fromBigInt(whole(x, y));
  return fromBigFloat(fraction(toBigFloat(a), toBigFloat(b)));
}
