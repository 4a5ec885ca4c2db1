import { NumberError } from './number-error.ts';
import { fromDigits, toDecimal } from './numbers.ts';
import type { RegoNumber } from './value.ts';

/**
 * A binary float of a chosen precision, `mantissa * 2^exponent`, as Go's `math/big.Float` keeps it. OPA calculates with 64 bits
 * wherever a fraction is involved, and prints the shortest decimal that identifies the result, so results here do the same.
 */
export interface BigFloat {
  /** Signed; its magnitude is below 2^precision. */
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly precision: number;
}

/** The precision OPA reads numbers with. */
export const standardPrecision = 64;

/** The float nearest to a number, ties to even. */
export function toBigFloat(value: RegoNumber, precision = standardPrecision): BigFloat {
  const { digits, exponent } = toDecimal(value);
  return exponent >= 0
    ? rounded(digits * 10n ** BigInt(exponent), 1n, 0, precision)
    : rounded(digits, 10n ** BigInt(-exponent), 0, precision);
}

export function addFloats(a: BigFloat, b: BigFloat, precision = standardPrecision): BigFloat {
  const exponent = Math.min(a.exponent, b.exponent);
  const left = a.mantissa << BigInt(a.exponent - exponent);
  const right = b.mantissa << BigInt(b.exponent - exponent);
  return rounded(left + right, 1n, exponent, precision);
}

export function negateFloat(a: BigFloat): BigFloat {
  return { ...a, mantissa: -a.mantissa };
}

export function multiplyFloats(a: BigFloat, b: BigFloat, precision = standardPrecision): BigFloat {
  return rounded(a.mantissa * b.mantissa, 1n, a.exponent + b.exponent, precision);
}

/** `b` must not be zero. */
export function divideFloats(a: BigFloat, b: BigFloat, precision = standardPrecision): BigFloat {
  const negative = b.mantissa < 0n;
  return rounded(
    negative ? -a.mantissa : a.mantissa,
    negative ? -b.mantissa : b.mantissa,
    a.exponent - b.exponent,
    precision,
  );
}

/** The whole part, towards zero. */
export function truncateFloat(a: BigFloat): bigint {
  if (a.exponent >= 0) return a.mantissa << BigInt(a.exponent);
  const shift = BigInt(-a.exponent);
  return a.mantissa < 0n ? -(-a.mantissa >> shift) : a.mantissa >> shift;
}

/** `numerator / denominator * 2^exponent` to the given number of bits, ties to even; the denominator is positive. */
function rounded(numerator: bigint, denominator: bigint, exponent: number, precision: number): BigFloat {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0, precision };
  const negative = numerator < 0n;
  let dividend = negative ? -numerator : numerator;
  let divisor = denominator;
  // Scale so that the quotient has the wanted bits and two more.
  const shift = precision + 2 - (bitLength(dividend) - bitLength(divisor));
  if (shift > 0) dividend <<= BigInt(shift);
  else if (shift < 0) divisor <<= BigInt(-shift);
  let quotient = dividend / divisor;
  let power = exponent - shift;
  const exact = quotient * divisor === dividend;
  const surplus = bitLength(quotient) - precision;
  if (surplus > 0) {
    const low = quotient & ((1n << BigInt(surplus)) - 1n);
    const half = 1n << BigInt(surplus - 1);
    quotient >>= BigInt(surplus);
    power += surplus;
    const up = low > half || (low === half && (!exact || (quotient & 1n) === 1n));
    if (up) quotient += 1n;
  }
  return { mantissa: negative ? -quotient : quotient, exponent: power, precision };
}

function bitLength(value: bigint): number {
  const text = value.toString(16);
  return text.length * 4 - (Math.clz32(Number.parseInt(text[0]!, 16)) - 28);
}

/** The number whose decimal digits are the fewest that identify the float at its precision. */
export function fromBigFloat(value: BigFloat): RegoNumber {
  if (value.mantissa === 0n) return 0;
  const negative = value.mantissa < 0n;
  let mantissa = negative ? -value.mantissa : value.mantissa;
  let exponent = value.exponent;
  if (Math.abs(exponent) > 400_000) throw new NumberError('number out of range');
  const missing = value.precision - bitLength(mantissa);
  if (missing > 0) {
    mantissa <<= BigInt(missing);
    exponent -= missing;
  } else if (missing < 0) {
    mantissa >>= BigInt(-missing);
    exponent -= missing;
  }
  const inclusive = (mantissa & 1n) === 0n;
  // In units of half the last bit: the neighbours' midpoints are one unit away.
  const unit = exponent - 1;
  const scale = unit >= 0 ? 1n << BigInt(unit) : 5n ** BigInt(-unit);
  const middle = (mantissa * 2n * scale).toString();
  const width = ((mantissa * 2n + 1n) * scale).toString().length;
  const lower = ((mantissa * 2n - 1n) * scale).toString().padStart(width, '0');
  const upper = ((mantissa * 2n + 1n) * scale).toString();
  const digits = middle.padStart(width, '0');
  const point = Math.min(unit, 0);
  const shortest = shorten(digits, lower, upper, inclusive);
  const signed = negative ? -BigInt(shortest) : BigInt(shortest);
  return fromDigits(signed, point + width - shortest.length);
}

/** The shortest prefix of `digits`, rounded, that lies between the bounds. All three have the same number of digits. */
function shorten(digits: string, lower: string, upper: string, inclusive: boolean): string {
  const lowerEnd = lower.replace(/0+$/, '').length;
  const upperEnd = upper.replace(/0+$/, '').length;
  for (let i = 0; i < digits.length; i += 1) {
    const canRoundDown = digits.slice(0, i + 1) !== lower.slice(0, i + 1) || (inclusive && i + 1 >= lowerEnd);
    const next = BigInt(digits.slice(0, i + 1)) + 1n;
    const top = BigInt(upper.slice(0, i + 1));
    const canRoundUp = next < top || (next === top && (inclusive || i + 1 < upperEnd));
    if (!canRoundDown && !canRoundUp) continue;
    const kept = digits.slice(0, i + 1);
    if (canRoundDown && canRoundUp) return roundsUp(digits, i + 1) ? next.toString() : kept;
    return canRoundDown ? kept : next.toString();
  }
  return digits;
}

function roundsUp(digits: string, length: number): boolean {
  const rest = digits.slice(length);
  if (rest === '') return false;
  const first = rest.charCodeAt(0) - 48;
  if (first !== 5) return first > 5;
  if (/[1-9]/.test(rest.slice(1))) return true;
  return (digits.charCodeAt(length - 1) - 48) % 2 === 1;
}
