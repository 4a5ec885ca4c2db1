import { quotedChar, quoteTerm } from '../../values/term-text.ts';
import { type Flags, padded } from './flags.ts';
import { formatFloat } from './float-format.ts';
import { utf8Bytes } from './utf8.ts';

/**
 * One operand as Go would see it: OPA hands strings, whole numbers (`int` if 64 bits hold it, else `*big.Int`) and fractions
 * (`float64`) to `fmt.Sprintf`; anything else as the text of its term, which is a string.
 */
export type Operand =
  | { type: 'string'; value: string }
  | { type: 'int' | '*big.Int'; value: bigint }
  | { type: 'float64'; value: number };

/** The operand formatted for the verb; undefined when the verb is not for its type. */
export function formatOperand(operand: Operand, verb: string, flags: Flags): string | undefined {
  switch (operand.type) {
    case 'string':
      return formatString(operand.value, verb, flags);
    case 'int':
      return formatInt(operand.value, verb, flags);
    case '*big.Int':
      return formatBigInt(operand.value, verb, flags);
    case 'float64':
      return formatDouble(operand.value, verb, flags);
  }
}

function formatString(value: string, verb: string, flags: Flags): string | undefined {
  const cut = () => (flags.precision === undefined ? value : [...value].slice(0, flags.precision).join(''));
  switch (verb) {
    case 'v':
      return flags.syntax ? quoted(cut(), flags) : padded(cut(), flags);
    case 's':
      return padded(cut(), flags);
    case 'q':
      return quoted(cut(), flags);
    case 'x':
    case 'X':
      return padded(hexOfString(value, verb, flags), flags);
    default:
      return undefined;
  }
}

function quoted(text: string, flags: Flags): string {
  if (flags.sharp && !/[\0-\x08\n-\x1f`\x7f\ufeff]/.test(text)) return padded(`\`${text}\``, flags);
  if (!flags.plus) return padded(quoteTerm(text), flags);
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 0x80) out += quotedChar(char, '"');
    else out += code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  }
  return padded(`"${out}"`, flags);
}

function hex(code: number, length: number): string {
  return code.toString(16).padStart(length, '0');
}

function hexOfString(text: string, verb: string, flags: Flags): string {
  let bytes = utf8Bytes(text);
  if (flags.precision !== undefined) bytes = bytes.slice(0, flags.precision);
  const lead = flags.sharp ? '0x' : '';
  const pairs = bytes.map((byte) => hex(byte, 2));
  const out = flags.space
    ? pairs.map((pair) => lead + pair).join(' ')
    : (pairs.length > 0 ? lead : '') + pairs.join('');
  return verb === 'X' ? out.toUpperCase() : out;
}

const bases: Record<string, number | undefined> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

function formatInt(value: bigint, verb: string, flags: Flags): string | undefined {
  if (verb === 'c') return padded(character(value), flags);
  if (verb === 'q') return padded(quotedCharacter(value, flags), flags);
  if (verb === 'U') return unicode(value, flags);
  const base = bases[verb];
  if (base === undefined) return undefined;
  const negative = value < 0n;
  let digits = (negative ? -value : value).toString(base);
  const signed = negative || flags.plus || flags.space;
  if (flags.precision !== undefined) {
    if (flags.precision === 0 && value === 0n) return ' '.repeat(flags.width ?? 0);
    digits = digits.padStart(flags.precision, '0');
  } else if (flags.zero && !flags.minus && flags.width !== undefined) {
    digits = digits.padStart(flags.width - (signed ? 1 : 0), '0');
  }
  if (verb === 'X') digits = digits.toUpperCase();
  let lead = '';
  if (verb === 'O') lead = '0o';
  else if (flags.sharp) {
    if (base === 2) lead = '0b';
    else if (base === 8) lead = digits.startsWith('0') ? '' : '0';
    else if (base === 16) lead = verb === 'X' ? '0X' : '0x';
  }
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  return padded(sign + lead + digits, { ...flags, zero: false });
}

/** `*big.Int` formats itself, by slightly other rules. */
function formatBigInt(value: bigint, verb: string, flags: Flags): string {
  const base = verb === 's' ? 10 : bases[verb];
  if (base === undefined) return `%!${verb}(big.Int=${value})`;
  const negative = value < 0n;
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  let prefix = '';
  if (flags.sharp) prefix = { b: '0b', o: '0', x: '0x', X: '0X' }[verb] ?? '';
  if (verb === 'O') prefix = '0o';
  let digits = (negative ? -value : value).toString(base);
  if (verb === 'X') digits = digits.toUpperCase();
  if (flags.precision !== undefined) digits = digits.padStart(flags.precision, '0');
  const missing = (flags.width ?? 0) - (sign.length + prefix.length + digits.length);
  if (missing <= 0) return sign + prefix + digits;
  if (flags.minus) return sign + prefix + digits + ' '.repeat(missing);
  if (flags.zero && flags.precision === undefined) return sign + prefix + '0'.repeat(missing) + digits;
  return ' '.repeat(missing) + sign + prefix + digits;
}

function character(value: bigint): string {
  return value < 0n || value > 0x10ffffn || (value >= 0xd800n && value <= 0xdfffn)
    ? '\ufffd'
    : String.fromCodePoint(Number(value));
}

function quotedCharacter(value: bigint, flags: Flags): string {
  const char = character(value);
  const code = char.codePointAt(0)!;
  if (flags.plus && code >= 0x80) return `'${code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`}'`;
  return `'${quotedChar(char, "'")}'`;
}

function unicode(value: bigint, flags: Flags): string {
  const digits = BigInt.asUintN(64, value)
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(flags.precision ?? 4, 4), '0');
  const shown = flags.sharp && value >= 0n && value <= 0x10ffffn ? ` '${character(value)}'` : '';
  return padded(`U+${digits}${shown}`, { ...flags, zero: false });
}

function formatDouble(value: number, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return float(value, 'g', -1, flags);
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X':
      return float(value, verb, flags.precision ?? -1, flags);
    case 'f':
    case 'e':
    case 'E':
      return float(value, verb, flags.precision ?? 6, flags);
    case 'F':
      return float(value, 'f', flags.precision ?? 6, flags);
    default:
      return undefined;
  }
}

function float(value: number, verb: string, precision: number, flags: Flags): string {
  let text = formatFloat(value, verb, flags.precision ?? precision);
  let sign = flags.plus ? '+' : flags.space ? ' ' : '';
  if (text.startsWith('-')) {
    sign = '-';
    text = text.slice(1);
  }
  if (flags.sharp && verb !== 'b') text = withTrailingZeros(text, verb, flags.precision);
  if (
    sign !== '' &&
    flags.zero &&
    !flags.minus &&
    flags.width !== undefined &&
    flags.width > text.length + 1
  ) {
    return sign + text.padStart(flags.width - 1, '0');
  }
  return padded(sign + text, flags);
}

/** `%#g` keeps the decimal point and the zeros behind it. */
function withTrailingZeros(text: string, verb: string, precision: number | undefined): string {
  const match = /^(0x[^p]*|[^eE]*)(.*)$/i.exec(text);
  const [, mantissa = '', tail = ''] = match ?? [];
  const significant =
    verb === 'g' || verb === 'G' ? (precision ?? 6) : verb === 'x' || verb === 'X' ? (precision ?? 6) : 0;
  const point = mantissa.includes('.') ? '' : '.';
  const digits = mantissa.replace(/^0x/i, '').replace('.', '').replace(/^0+/, '').length;
  return (
    mantissa +
    point +
    '0'.repeat(Math.max(significant - Math.max(digits, mantissa === '0' ? 1 : 0), 0)) +
    tail
  );
}
