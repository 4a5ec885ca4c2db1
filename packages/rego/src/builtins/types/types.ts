import { typeName } from '../../values/compare.ts';
import { fromDigits, parseNumber, toDouble } from '../../values/numbers.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { RegoNumber, TypeName, Value } from '../../values/value.ts';
import type { Builtin, RegoType } from '../builtin.ts';
import { calculated } from '../numbers/arithmetic.ts';
import { fault, operandType } from '../operands.ts';
import { any, arrayOf, boolean, nothing, number, objectOf, oneOf, setOf, string } from '../types.ts';

function test(type: TypeName): Builtin {
  return {
    name: `is_${type}`,
    description: `True for ${type === 'array' || type === 'object' ? 'an' : 'a'} ${type}, false for any other value.`,
    categories: ['types'],
    args: [any],
    result: boolean,
    call: ([a]) => typeName(a!) === type,
  };
}

function cast(type: TypeName, result: RegoType, convert?: (value: Value) => Value | undefined): Builtin {
  return {
    name: `cast_${type}`,
    description: `The value itself if it is of type ${type}, else an error.`,
    args: [any],
    result,
    deprecated: true,
    call([a]) {
      if (typeName(a!) === type) return a;
      const converted = convert?.(a!);
      if (converted !== undefined) return converted;
      throw operandType(1, a!, ...(convert ? ['array', 'set'] : [type]));
    },
  };
}

const decimal = /^[+-]?(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/;
const hexadecimal = /^([+-]?)0[xX](?=\.?[0-9a-fA-F])([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([+-]?[0-9]+)$/;

/** A string as Go's `strconv.ParseFloat` takes it. */
function numberOfString(text: string): RegoNumber {
  const quick = parseNumber(text);
  if (quick !== undefined && !tooLarge(quick)) return quick;
  if (/^[+-]*(?:inf|infinity|nan)$/i.test(text)) throw operandType(1, text, 'valid number string');
  const match = decimal.exec(text);
  if (match) {
    const [, whole = '', fraction = '', exponent = '0'] = match;
    const normal = `${text.startsWith('-') ? '-' : ''}${whole.replace(/^0+(?=[0-9])/, '') || '0'}${fraction ? `.${fraction}` : ''}e${exponent}`;
    const value = parseNumber(normal);
    if (value !== undefined && !tooLarge(value)) return value;
    throw parseFault(text, 'value out of range');
  }
  const hex = hexadecimal.exec(text);
  if (!hex) throw parseFault(text, 'invalid syntax');
  const [, sign, whole = '', fraction = '', exponent = '0'] = hex;
  const power = Number(exponent) - fraction.length * 4;
  if (Math.abs(power) > 2000) throw parseFault(text, 'value out of range');
  const mantissa = BigInt(`0x${whole}${fraction}`) * (sign === '-' ? -1n : 1n);
  return calculated(() =>
    power >= 0
      ? fromDigits(mantissa << BigInt(power), 0)
      : fromDigits(mantissa * 5n ** BigInt(-power), power),
  );
}

/** Beyond the range of doubles, which Go refuses. */
function tooLarge(value: RegoNumber): boolean {
  return typeof value !== 'number' && !Number.isFinite(toDouble(value));
}

function parseFault(text: string, problem: string) {
  return fault(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: ${problem}`);
}

function toNumber(value: Value): RegoNumber {
  if (value === null || value === false) return 0;
  if (value === true) return 1;
  if (typeof value === 'string') return numberOfString(value);
  if (typeName(value) === 'number') return value as RegoNumber;
  throw operandType(1, value, 'null', 'boolean', 'number', 'string');
}

export const typeBuiltins: readonly Builtin[] = [
  ...(['array', 'boolean', 'null', 'number', 'object', 'set', 'string'] as const).map(test),
  {
    name: 'type_name',
    description: 'The name of the type of a value.',
    categories: ['types'],
    args: [any],
    result: string,
    call: ([a]) => typeName(a!),
  },
  {
    name: 'to_number',
    description: 'A number from a string, a boolean (`true` is 1), or null (0).',
    categories: ['conversions'],
    args: [oneOf(nothing, boolean, number, string)],
    result: number,
    call: ([a]) => toNumber(a!),
  },
  cast('array', arrayOf(any), (value) => (value instanceof RegoSet ? value.values() : undefined)),
  cast('boolean', boolean),
  cast('null', nothing),
  cast('object', objectOf(any, any)),
  cast('set', setOf(any), (value) => (Array.isArray(value) ? RegoSet.of(value) : undefined)),
  cast('string', string),
];
