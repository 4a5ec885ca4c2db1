import { fault } from '../operands.ts';
import { quoted } from './quote.ts';

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const limit = 1n << 63n;

/** Reads `1h15m30.5s` as nanoseconds, as Go's `time.ParseDuration` does. */
export function parseDuration(text: string): bigint {
  const invalid = () => fault(`time: invalid duration ${quoted(text)}`);
  const negative = text[0] === '-';
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0n;
  if (rest === '') throw invalid();
  let total = 0n;
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?/.exec(rest) as RegExpExecArray;
    const [, whole = '', fraction = ''] = match;
    if (whole === '' && fraction === '') throw invalid();
    if (whole.length > 40 && !/^0+\d{0,19}$/.test(whole)) throw invalid();
    rest = rest.slice(match[0].length);
    const name = /^[^.\d]*/.exec(rest)?.[0] ?? '';
    if (name === '') throw fault(`time: missing unit in duration ${quoted(text)}`);
    rest = rest.slice(name.length);
    const unit = Object.hasOwn(units, name) ? (units[name] as bigint) : undefined;
    if (unit === undefined) throw fault(`time: unknown unit ${quoted(name)} in duration ${quoted(text)}`);
    const digits = fraction.slice(0, 18);
    const part =
      digits === '' ? 0n : BigInt(Math.trunc(Number(digits) * (Number(unit) / 10 ** digits.length)));
    total += BigInt(whole === '' ? 0 : whole) * unit + part;
    if (total > limit) throw invalid();
  }
  if (negative) return -total;
  if (total >= limit) throw invalid();
  return total;
}
