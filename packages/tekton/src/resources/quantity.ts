import { TektonError } from '../error.ts';

/** A Kubernetes quantity: an exact number of thousandths, and how it was written. */
export interface Quantity {
  milli: bigint;
  format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
}

const decimal: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const grammar = /^([+-]?)(\d+\.?\d*|\.\d+)(?:(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])|[eE]([+-]?\d+))?$/;

/**
 * Reads `250m`, `1.5`, `2Gi`, `1e3`. What is smaller than a thousandth is rounded up, away from zero.
 * @throws TektonError InvalidQuantity
 */
export function parseQuantity(value: string | number): Quantity {
  const match = grammar.exec(String(value));
  if (match === null) {
    throw new TektonError(
      'InvalidQuantity',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      { hint: `${JSON.stringify(value)} is no quantity; write 500m, 2, 128Mi or 1Gi` },
    );
  }
  const [, sign, digits = '0', suffix = '', exponent] = match;
  const [whole = '0', fraction = ''] = digits.split('.');
  const unscaled = BigInt(`${whole}${fraction}`);
  const power = binary.indexOf(suffix);
  let numerator = unscaled * 1000n;
  let denominator = 10n ** BigInt(fraction.length);
  if (power >= 0) numerator *= 1024n ** BigInt(power + 1);
  else {
    const tens = exponent === undefined ? (decimal[suffix] ?? 0) : Number(exponent);
    if (tens >= 0) numerator *= 10n ** BigInt(Math.min(tens, 60));
    else denominator *= 10n ** BigInt(Math.min(-tens, 60));
  }
  const milli = (numerator + denominator - 1n) / denominator;
  const format = power >= 0 ? 'BinarySI' : exponent === undefined ? 'DecimalSI' : 'DecimalExponent';
  return { milli: sign === '-' ? -milli : milli, format };
}

/** The quantity in its canonical form, as Kubernetes writes it: the largest suffix that leaves a whole number. */
export function formatQuantity({ milli, format }: Quantity): string {
  if (milli === 0n) return '0';
  if (format === 'BinarySI' && milli % 1000n === 0n) {
    let value = milli / 1000n;
    let power = -1;
    while (value % 1024n === 0n && power < binary.length - 1) {
      value /= 1024n;
      power++;
    }
    return `${value}${power < 0 ? '' : binary[power]}`;
  }
  const suffixes = ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'];
  let value = milli;
  let power = 0;
  while (value % 1000n === 0n && power < suffixes.length - 1) {
    value /= 1000n;
    power++;
  }
  if (format !== 'DecimalExponent') return `${value}${suffixes[power]}`;
  return power === 1 ? String(value) : `${value}e${power * 3 - 3}`;
}

/** Whole units, fractions rounded up: Kubernetes' `Quantity.Value`. */
export function quantityValue({ milli }: Quantity): bigint {
  return milli >= 0n ? (milli + 999n) / 1000n : milli / 1000n;
}
