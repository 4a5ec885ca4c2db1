import { fromBigFloat, toBigFloat } from '../../values/big-float.ts';
import { compareNumbers, toDecimal } from '../../values/numbers.ts';
import type { RegoNumber } from '../../values/value.ts';
import type { Details, ViolationType } from './messages.ts';
import type { Schema } from './schema.ts';

/** What a number violates, in gojsonschema's order. */
export function numberViolations(
  schema: Schema,
  value: RegoNumber,
): { type: ViolationType; details: Details }[] {
  const found: { type: ViolationType; details: Details }[] = [];
  const { multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum } = schema;
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) {
    found.push({ type: 'multiple_of', details: { multiple: limitText(multipleOf) } });
  }
  if (maximum !== undefined && compareNumbers(value, maximum) > 0) {
    found.push({ type: 'number_lte', details: { max: limitText(maximum) } });
  }
  if (exclusiveMaximum !== undefined && compareNumbers(value, exclusiveMaximum) >= 0) {
    found.push({ type: 'number_lt', details: { max: limitText(exclusiveMaximum) } });
  }
  if (minimum !== undefined && compareNumbers(value, minimum) < 0) {
    found.push({ type: 'number_gte', details: { min: limitText(minimum) } });
  }
  if (exclusiveMinimum !== undefined && compareNumbers(value, exclusiveMinimum) <= 0) {
    found.push({ type: 'number_gt', details: { min: limitText(exclusiveMinimum) } });
  }
  return found;
}

/** Whether the quotient is whole: exactly, not as doubles would have it. */
function isMultiple(value: RegoNumber, of: RegoNumber): boolean {
  const a = toDecimal(value);
  const b = toDecimal(of);
  const exponent = Math.min(a.exponent, b.exponent);
  const dividend = a.digits * 10n ** BigInt(a.exponent - exponent);
  return dividend % (b.digits * 10n ** BigInt(b.exponent - exponent)) === 0n;
}

/** A limit as Go prints a `big.Float` made of it: `5`, `0.5`, `1e+06`, `1.234567e+06`. */
function limitText(limit: RegoNumber): string {
  const rounded = toDecimal(fromBigFloat(toBigFloat(limit)));
  const negative = rounded.digits < 0n;
  const all = (negative ? -rounded.digits : rounded.digits).toString();
  const digits = all.replace(/0+$/, '');
  if (digits === '') return '0';
  const point = all.length + rounded.exponent;
  const sign = negative ? '-' : '';
  const power = point - 1;
  if (power < -4 || power >= 6) {
    const text = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
    return `${sign}${text}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
