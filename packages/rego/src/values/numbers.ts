import { Decimal } from './decimal.ts';
import type { RegoNumber } from './value.ts';

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareNumbers(a: RegoNumber, b: RegoNumber): number {
  if (typeof a !== 'object' && typeof b !== 'object') return a < b ? -1 : a > b ? 1 : 0;
  const x = toDecimal(a);
  const y = toDecimal(b);
  const exponent = Math.min(x.exponent, y.exponent);
  const left = x.digits * 10n ** BigInt(x.exponent - exponent);
  const right = y.digits * 10n ** BigInt(y.exponent - exponent);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Any number as digits and exponent. */
export function toDecimal(value: RegoNumber): Decimal {
  if (typeof value === 'object') return value;
  if (typeof value === 'bigint') return new Decimal(value, 0);
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return new Decimal(BigInt(whole + fraction), Number(exponent) - fraction.length);
}
