import { Decimal } from './decimal.ts';
import { NumberError } from './number-error.ts';
import type { RegoNumber } from './value.ts';

/** Whole numbers with more trailing zeros than this stay decimals, so that a short text (`1e99999`) never becomes a long integer. */
const maxTrailingZeros = 400;
/** Numbers at or above 10^this, or below 10^-this, are refused. */
export const maxMagnitude = 100_000;

const numberPattern = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/**
 * The number a JSON number's text stands for, without loss. Undefined when the text is not a JSON number, or when its magnitude
 * is beyond {@link maxMagnitude} powers of ten. The text may be hostile: no exponent makes this slow.
 */
export function parseNumber(text: string): RegoNumber | undefined {
  if (text.length < 16) {
    const quick = Number(text);
    if (Number.isSafeInteger(quick) && plainInteger.test(text)) return quick === 0 ? 0 : quick;
  }
  const match = numberPattern.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '0', fraction = '', exponentText = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return 0;
  const exponent = Number(exponentText) - fraction.length;
  if (Math.abs(exponent + digits.length) > maxMagnitude) return undefined;
  return fromDigits(BigInt(sign + digits), exponent);
}

const plainInteger = /^-?(?:0|[1-9][0-9]*)$/;

/** The canonical form of `digits * 10^exponent`. Throws {@link NumberError} when it is too large or too small. */
export function fromDigits(digits: bigint, exponent: number): RegoNumber {
  if (digits === 0n) return 0;
  const all = digits.toString();
  const text = withoutTrailingZeros(all);
  const power = exponent + all.length - text.length;
  const magnitude = power + text.length - (digits < 0n ? 1 : 0);
  if (magnitude > maxMagnitude || magnitude < -maxMagnitude) throw new NumberError('number out of range');
  if (power >= 0) {
    if (power > maxTrailingZeros) return new Decimal(BigInt(text), power);
    return fromBigInt(BigInt(text + '0'.repeat(power)));
  }
  if (text.length <= 18) {
    const double = Number(`${text}e${power}`);
    if (Number.isFinite(double) && double !== 0) {
      const same = toDecimal(double);
      if (same.exponent === power && same.digits === BigInt(text)) return double;
    }
  }
  return new Decimal(BigInt(text), power);
}

/** The canonical form of a whole number. Throws {@link NumberError} when it is too large. */
export function fromBigInt(value: bigint): RegoNumber {
  if (value >= -9007199254740991n && value <= 9007199254740991n) return Number(value);
  // A shorter one cannot have so many zeros.
  if (value < zerosBound && value > -zerosBound) return value;
  const text = value.toString();
  if (text.length > maxMagnitude) throw new NumberError('number out of range');
  const trimmed = withoutTrailingZeros(text);
  const zeros = text.length - trimmed.length;
  return zeros > maxTrailingZeros ? new Decimal(BigInt(trimmed), zeros) : value;
}

const zerosBound = 10n ** BigInt(maxTrailingZeros);

/** The canonical form of a double, by its shortest text. Throws {@link NumberError} for NaN and infinities. */
export function fromDouble(value: number): RegoNumber {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  if (!Number.isFinite(value)) throw new NumberError('number is not finite');
  if (!Number.isInteger(value)) return value;
  const { digits, exponent } = toDecimal(value);
  return fromDigits(digits, exponent);
}

function withoutTrailingZeros(text: string): string {
  let end = text.length;
  while (end > 1 && text.charCodeAt(end - 1) === 48) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

/**
 * The text of a number: digits as long as that is short (as JavaScript and Go's JSON decide), else `1.5e+25`. A whole number is
 * always all digits.
 */
export function numberText(value: RegoNumber): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') {
    const text = String(value);
    const e = text.indexOf('e');
    if (e < 0) return text;
    // JavaScript writes `1e-7` where Go writes `1e-07`.
    return text.length - e === 3 ? `${text.slice(0, e + 2)}0${text.slice(e + 2)}` : text;
  }
  const negative = value.digits < 0n;
  const digits = (negative ? -value.digits : value.digits).toString();
  const body =
    value.exponent >= 0 ? digits + '0'.repeat(value.exponent) : fractionText(digits, value.exponent);
  return negative ? `-${body}` : body;
}

function fractionText(digits: string, exponent: number): string {
  const point = digits.length + exponent;
  if (point > 21 || point <= -6) {
    const power = point - 1;
    const shown = Math.abs(power) < 10 ? `0${Math.abs(power)}` : String(Math.abs(power));
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
    return `${mantissa}e${power < 0 ? '-' : '+'}${shown}`;
  }
  if (point > 0) return `${digits.slice(0, point)}.${digits.slice(point)}`;
  return `0.${'0'.repeat(-point)}${digits}`;
}

/** Whether the number is whole. */
export function isInteger(value: RegoNumber): boolean {
  if (typeof value === 'number') return Number.isInteger(value);
  return typeof value === 'bigint' || value.exponent >= 0;
}

/** A whole number as a bigint; undefined for a fraction. */
export function toBigInt(value: RegoNumber): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  return value.exponent >= 0 ? value.digits * 10n ** BigInt(value.exponent) : undefined;
}

/** The nearest double; an infinity beyond its range. */
export function toDouble(value: RegoNumber): number {
  return typeof value === 'number' ? value : Number(numberText(value));
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareNumbers(a: RegoNumber, b: RegoNumber): number {
  if (typeof a !== 'object' && typeof b !== 'object') {
    // Where doubles have steps wider than 1 no fraction exists, so a mixed comparison is exact.
    return a < b ? -1 : a > b ? 1 : 0;
  }
  const x = toDecimal(a);
  const y = toDecimal(b);
  const signs = sign(x.digits) - sign(y.digits);
  if (signs !== 0) return signs;
  // Different magnitudes decide before anything long is multiplied out.
  const magnitudes = (x.exponent + digitCount(x.digits) - y.exponent - digitCount(y.digits)) * sign(x.digits);
  if (magnitudes !== 0) return magnitudes;
  const exponent = Math.min(x.exponent, y.exponent);
  const left = x.digits * 10n ** BigInt(x.exponent - exponent);
  const right = y.digits * 10n ** BigInt(y.exponent - exponent);
  return left < right ? -1 : left > right ? 1 : 0;
}

function sign(digits: bigint): number {
  return digits < 0n ? -1 : digits > 0n ? 1 : 0;
}

function digitCount(digits: bigint): number {
  const text = digits.toString();
  return digits < 0n ? text.length - 1 : text.length;
}

/** Any number as digits and exponent; of a double, those of its shortest text. */
export function toDecimal(value: RegoNumber): Decimal {
  if (typeof value === 'object') return value;
  if (typeof value === 'bigint') return new Decimal(value, 0);
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return new Decimal(BigInt(whole + fraction), Number(exponent) - fraction.length);
}
