import { TektonError } from './error.ts';

/** Milliseconds. */
const units: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/**
 * Milliseconds of a Go duration (`time.ParseDuration`): `1h30m`, `1.5s`, `-2m`, `0`.
 * @throws TektonError InvalidDuration, in Go's words.
 */
export function parseDuration(text: string): number {
  const invalid = () =>
    new TektonError('InvalidDuration', `time: invalid duration ${JSON.stringify(text)}`, {
      hint: 'write a number with a unit, as in 90s, 30m or 1h30m; 0 means no limit',
    });
  const sign = text.startsWith('-') ? -1 : 1;
  const start = /^[-+]/.test(text) ? 1 : 0;
  if (text.slice(start) === '0') return 0;
  if (text.length === start) throw invalid();
  let total = 0;
  part.lastIndex = start;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) throw invalid();
    const milliseconds = Number(match[1]) * (units[match[2] as string] as number);
    total += Math.round(milliseconds * 1e6) / 1e6;
  }
  return sign * total;
}

/** `parseDuration` for a value that may be absent or malformed: undefined then. */
export function durationOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

const trimmed = (value: number, digits: number): string =>
  value
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');

/** Go's `Duration.String` of a number of milliseconds: `1h0m0s`, `1m30s`, `1.5s`, `100ms`, `0s`. */
export function formatDuration(milliseconds: number): string {
  const total = Math.abs(milliseconds);
  const nanoseconds = Math.round(total * 1e6);
  const sign = milliseconds < 0 && nanoseconds > 0 ? '-' : '';
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1e3) return `${sign}${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${sign}${trimmed(nanoseconds / 1e3, 3)}µs`;
  if (nanoseconds < 1e9) return `${sign}${trimmed(nanoseconds / 1e6, 6)}ms`;
  const hours = Math.floor(total / 3_600_000);
  const minutes = Math.floor((total % 3_600_000) / 60_000);
  const seconds = `${trimmed((total % 60_000) / 1000, 9)}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}
