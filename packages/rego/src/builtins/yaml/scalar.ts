import { fromBigInt, fromDouble } from '../../values/numbers.ts';
import type { Scalar } from '../../values/value.ts';
import { parseTime } from '../time/parse.ts';

/** What a plain scalar of YAML 1.1 stands for in go-yaml. */
export type Resolved =
  | { tag: 'str'; value: string }
  | { tag: 'bool' | 'null' | 'int'; value: Scalar }
  /** Infinities and NaN have no value. */
  | { tag: 'float'; value: Scalar | undefined }
  /** Stays its text. */
  | { tag: 'timestamp'; value: string };

const constants = new Map<string, Resolved>();
for (const text of ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']) {
  constants.set(text, { tag: 'bool', value: true });
}
for (const text of ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']) {
  constants.set(text, { tag: 'bool', value: false });
}
for (const text of ['', '~', 'null', 'Null', 'NULL']) constants.set(text, { tag: 'null', value: null });
for (const text of ['nan', 'NaN', 'NAN']) constants.set(`.${text}`, { tag: 'float', value: undefined });
for (const sign of ['', '+', '-']) {
  for (const text of ['inf', 'Inf', 'INF'])
    constants.set(`${sign}.${text}`, { tag: 'float', value: undefined });
}

const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const timeLayouts = [
  '2006-1-2T15:4:5.999999999Z07:00',
  '2006-1-2t15:4:5.999999999Z07:00',
  '2006-1-2 15:4:5.999999999',
  '2006-1-2',
];

/** Resolves a plain scalar as go-yaml version 2 does. */
export function resolveScalar(text: string): Resolved {
  const constant = constants.get(text);
  if (constant) return constant;
  if (text[0] === '.') {
    return floatOf(text, text);
  }
  if (!/^[-+0-9]/.test(text)) return { tag: 'str', value: text };
  if (isTimestamp(text)) return { tag: 'timestamp', value: text };
  const plain = text.replaceAll('_', '');
  const integer = integerOf(plain);
  const fits = integer !== undefined && integer >= -(1n << 63n) && integer < 1n << 64n;
  if (integer !== undefined && (fits || !float.test(plain))) {
    return { tag: 'int', value: fromBigInt(integer) };
  }
  return floatOf(plain, text);
}

/** What no double holds stays text. */
function floatOf(plain: string, text: string): Resolved {
  const number = float.test(plain) ? Number(plain) : Number.NaN;
  if (!Number.isFinite(number)) return { tag: 'str', value: text };
  return { tag: 'float', value: fromDouble(number) };
}

/** With the prefixes of Go: `0x1f`, `0o17`, `017`, `0b11`. */
function integerOf(text: string): bigint | undefined {
  const match = /^([-+]?)(?:(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)|0([0-7]+)|(0|[1-9][0-9]*))$/.exec(
    text,
  );
  if (!match || text.length > 10_000) return undefined;
  const [, sign, prefixed, octal, decimal] = match;
  const size = BigInt(prefixed?.toLowerCase() ?? (octal === undefined ? (decimal as string) : `0o${octal}`));
  return sign === '-' ? -size : size;
}

function isTimestamp(text: string): boolean {
  if (!/^\d{4}-/.test(text)) return false;
  return timeLayouts.some((layout) => {
    try {
      parseTime(layout, text);
      return true;
    } catch {
      return false;
    }
  });
}
