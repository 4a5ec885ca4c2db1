import { Decimal } from './decimal.ts';
import { numberText } from './numbers.ts';
import { RegoObject } from './rego-object.ts';
import { RegoSet } from './rego-set.ts';
import type { Value } from './value.ts';
import { countWork } from './work.ts';

/**
 * A value as a Rego term: `{"a": [1, true]}`, `{1, 2}`, `set()`; strings in quotes. What `sprintf("%v")` and error texts show of a
 * composite. Works at any depth.
 */
export function termText(value: Value): string {
  let out = '';
  const frames: {
    keys: readonly Value[] | undefined;
    items: readonly Value[];
    next: number;
    close: string;
  }[] = [];
  let current: Value | undefined = value;
  for (;;) {
    if (current !== undefined) {
      if (typeof current === 'string') out += quoteTerm(current);
      else if (typeof current !== 'object' || current === null) out += scalarText(current);
      else if (current instanceof Decimal) out += numberText(current);
      else if (current instanceof RegoSet) {
        if (current.size === 0) out += 'set()';
        else {
          out += '{';
          frames.push({ keys: undefined, items: current.values(), next: 0, close: '}' });
        }
      } else if (current instanceof RegoObject) {
        out += '{';
        const object: RegoObject = current;
        const keys = object.keys();
        frames.push({ keys, items: keys.map((key) => object.get(key)!), next: 0, close: '}' });
      } else {
        out += '[';
        frames.push({ keys: undefined, items: current, next: 0, close: ']' });
      }
    }
    let frame = frames[frames.length - 1];
    while (frame && frame.next === frame.items.length) {
      out += frame.close;
      frames.pop();
      frame = frames[frames.length - 1];
    }
    if (!frame) return out;
    if (frame.next > 0) out += ', ';
    if (frame.keys) {
      const key = frame.keys[frame.next]!;
      out += `${typeof key === 'string' ? quoteTerm(key) : termText(key)}: `;
    }
    current = frame.items[frame.next];
    frame.next += 1;
    countWork(1);
  }
}

function scalarText(value: null | boolean | number | bigint): string {
  return typeof value === 'number' ? numberText(value) : String(value);
}

const plain = /^[ !#-[\]-~]*$/;

/** A string in quotes as Go's `strconv.Quote` writes it: what cannot be printed becomes `\n`, `\x00`, `\u0085`. */
export function quoteTerm(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text.toWellFormed()) out += quotedChar(char, '"');
  return `${out}"`;
}

const named: Record<string, string | undefined> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** What Go's `unicode.IsPrint` holds: letters, marks, numbers, punctuation, symbols and the ASCII space. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** One character as it stands between Go's quotes; `quote` is the one that needs a backslash. */
export function quotedChar(char: string, quote: '"' | "'"): string {
  if (char === quote) return `\\${char}`;
  const short = named[char];
  if (short !== undefined) return short;
  if (printable.test(char)) return char;
  const code = char.codePointAt(0)!;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
