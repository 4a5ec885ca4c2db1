import { multiplyFloats, toBigFloat, truncateFloat } from '../values/big-float.ts';
import { fromBigInt, fromDigits } from '../values/numbers.ts';
import type { RegoNumber } from '../values/value.ts';
import type { Builtin } from './builtin.ts';
import { fault, stringOperand } from './operands.ts';
import { number, string } from './types.ts';

interface Amount {
  digits: bigint;
  exponent: number;
}

const prefixes = ['', 'k', 'm', 'g', 't', 'p', 'e'];
const categories = ['units'];
const maxExponentDigits = 6;
const maxExponent = 100_000;
const maxLength = 10_000;

/** How many base units stand behind a prefix, decimal (`k`) or binary (`ki`); undefined for an unknown one. */
function multiple(unit: string): bigint | undefined {
  const binary = unit.endsWith('i');
  const power = prefixes.indexOf(binary ? unit.slice(0, -1) : unit);
  if (power < 0 || (binary && power === 0)) return undefined;
  return (binary ? 1024n : 1000n) ** BigInt(power);
}

/** Cuts `10.5e3GiB` into number and unit; undefined if the exponent is too long. */
function cut(text: string): { amount: string; unit: string } | undefined {
  let at = 0;
  for (; at < text.length; at += 1) {
    const character = text[at] as string;
    if (/[^0-9.eE+-]/.test(character)) break;
    if (character !== 'e' && character !== 'E') continue;
    if (!/^[0-9+-]/.test(text.slice(at + 1))) break;
    if (/^[+-]/.test(text.slice(at + 1))) at += 1;
    const digits = /^\d*/.exec(text.slice(at + 1))?.[0] ?? '';
    if (digits.length > maxExponentDigits) return undefined;
  }
  return { amount: text.slice(0, at), unit: text.slice(at) };
}

function readAmount(text: string): Amount | undefined {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole + fraction === '') return undefined;
  const size = BigInt(whole + fraction);
  return { digits: sign === '-' ? -size : size, exponent: Number(exponent) - fraction.length };
}

/** The steps that both builtins share: their texts differ in a word. */
function measured(name: string, what: string, text: string): { amount: Amount | undefined; unit: string } {
  const refuse = (message: string) => fault(`${name}: ${message}`);
  const bare = text.replaceAll('"', '');
  if (bare.includes(' ')) throw refuse('spaces not allowed in resource strings');
  const parts = bare.length > maxLength ? undefined : cut(bare);
  if (!parts) throw refuse('exponent too large');
  if (parts.amount === '') throw refuse(`no ${what}amount provided`);
  const amount = readAmount(parts.amount);
  if (amount && amount.exponent > maxExponent) throw refuse('exponent too large');
  return { amount, unit: parts.unit };
}

/** A milli is the double next to 0.001, as in OPA: `digits / 2^shift`. */
const milli = { digits: 1_152_921_504_606_847n, shift: 60n };

function parseUnits(text: string): RegoNumber {
  const { amount, unit: written } = measured('units.parse', '', text);
  const unit = written.slice(0, 1) + written.slice(1).toLowerCase();
  const size = unit === 'm' ? undefined : multiple(unit.slice(0, 1).toLowerCase() + unit.slice(1));
  if (unit !== 'm' && size === undefined) throw fault(`units.parse: unit ${unit} not recognized`);
  if (!amount) throw fault('units.parse: could not parse amount to a number');
  if (size !== undefined) return rounded(amount.digits * size, amount.exponent, 0n);
  return rounded(amount.digits * milli.digits, amount.exponent, milli.shift);
}

/** `digits * 10^exponent / 2^shift`: whole numbers as they are, others to ten places. */
function rounded(digits: bigint, exponent: number, shift: bigint): RegoNumber {
  if (exponent < -maxExponent || digits === 0n) return 0;
  const numerator = exponent > 0 ? digits * 10n ** BigInt(exponent) : digits;
  const denominator = (exponent < 0 ? 10n ** BigInt(-exponent) : 1n) << shift;
  if (numerator % denominator === 0n) return fromBigInt(numerator / denominator);
  const size = (numerator < 0n ? -numerator : numerator) * 10n ** 10n * 2n + denominator;
  const places = size / (denominator * 2n);
  return fromDigits(numerator < 0n ? -places : places, -10);
}

function parseBytes(text: string): RegoNumber {
  const { amount, unit } = measured('units.parse_bytes', 'byte ', text.toLowerCase());
  const size = unit === 'b' ? undefined : multiple(unit.replace(/b$/, ''));
  if (size === undefined) throw fault(`units.parse_bytes: byte unit ${unit} not recognized`);
  if (!amount) throw fault('units.parse_bytes: could not parse byte amount to a number');
  if (amount.exponent < -maxExponent) return 0;
  const product = multiplyFloats(
    toBigFloat(fromDigits(amount.digits, amount.exponent)),
    toBigFloat(fromBigInt(size)),
  );
  return fromBigInt(truncateFloat(product));
}

export const unitsBuiltins: readonly Builtin[] = [
  {
    name: 'units.parse',
    args: [string],
    result: number,
    categories,
    call: ([text]) => parseUnits(stringOperand(text, 1)),
  },
  {
    name: 'units.parse_bytes',
    args: [string],
    result: number,
    categories,
    call: ([text]) => parseBytes(stringOperand(text, 1)),
  },
];
