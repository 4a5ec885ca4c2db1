import { parseNumber } from './numbers.ts';
import { RegoObject } from './rego-object.ts';
import type { Value } from './value.ts';

/** A text that is not JSON. The message is the one of Go's `encoding/json`. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** As many levels as Go's `encoding/json` reads. */
export const maxJsonDepth = 10_000;

interface Open {
  array: Value[] | undefined;
  object: RegoObject | undefined;
  key: string;
}

/**
 * The value of a JSON text, numbers without loss; of equal keys the last wins. The text may be hostile: depth is bounded and no
 * recursion depends on it. Throws {@link JsonError}.
 */
export function parseJson(text: string): Value {
  const reader = new JsonReader(text);
  const value = reader.value();
  reader.end();
  return value;
}

/** How a text that breaks off is reported: `encoding/json.Decoder` and `json.Unmarshal` differ in that. */
class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Value {
    const open: Open[] = [];
    let value: Value | undefined;
    for (;;) {
      // A value begins here.
      const code = this.#skip();
      if (code === 0x7b || code === 0x5b) {
        this.#at += 1;
        if (open.length >= maxJsonDepth) throw new JsonError('exceeded max depth');
        const frame: Open =
          code === 0x7b
            ? { array: undefined, object: new RegoObject(), key: '' }
            : { array: [], object: undefined, key: '' };
        const next = this.#skip();
        if (next === code + 2) {
          this.#at += 1;
          value = frame.object ?? frame.array!;
        } else {
          if (frame.object) frame.key = this.#key('looking for beginning of object key string');
          open.push(frame);
          continue;
        }
      } else value = this.#scalar(code, open.length === 0);
      // A value ends here: give it to what is open, and close as far as the text does.
      for (;;) {
        const frame = open[open.length - 1];
        if (!frame) return value;
        if (frame.object) frame.object.add(frame.key, value);
        else frame.array!.push(value);
        const next = this.#skip();
        if (next === 0x2c) {
          this.#at += 1;
          if (frame.object) {
            this.#skip();
            frame.key = this.#key('looking for beginning of object key string');
          }
          break;
        }
        if (next !== (frame.object ? 0x7d : 0x5d)) {
          throw this.#unexpected(frame.object ? 'after object key:value pair' : 'after array element');
        }
        this.#at += 1;
        value = frame.object ?? frame.array!;
        open.pop();
      }
    }
  }

  /** What follows the value: OPA reads one more token, and what that is decides the message. */
  end(): void {
    const code = this.#skip();
    if (Number.isNaN(code)) return;
    if (
      code === 0x22 ||
      isNumberStart(code) ||
      /^(?:true|false|null)/.test(this.#text.slice(this.#at, this.#at + 5))
    ) {
      const token = this.#scalar(code, true);
      throw new JsonError(`error: invalid character '${String(token ?? '<nil>')}' after top-level value`);
    }
    if (code === 0x7b || code === 0x5b) {
      throw new JsonError(`error: invalid character '${String.fromCharCode(code)}' after top-level value`);
    }
    throw this.#unexpected('looking for beginning of value');
  }

  #key(context: string): string {
    if (this.#text.charCodeAt(this.#at) !== 0x22) throw this.#unexpected(context);
    const key = this.#string();
    if (this.#skip() !== 0x3a) throw this.#unexpected('after object key');
    this.#at += 1;
    return key;
  }

  #scalar(code: number, top: boolean): Value {
    if (code === 0x22) return this.#string();
    if (isNumberStart(code)) return this.#number();
    if (code === 0x74) return this.#word('true', true);
    if (code === 0x66) return this.#word('false', false);
    if (code === 0x6e) return this.#word('null', null);
    if (Number.isNaN(code) && top) throw new JsonError('EOF');
    throw this.#unexpected('looking for beginning of value');
  }

  #word<T extends Value>(word: string, value: T): T {
    for (let i = 0; i < word.length; i += 1) {
      if (this.#text[this.#at] !== word[i]) {
        throw this.#unexpected(`in literal ${word} (expecting ${quoteChar(word[i]!)})`);
      }
      this.#at += 1;
    }
    return value;
  }

  #number(): Value {
    const start = this.#at;
    if (this.#text.charCodeAt(this.#at) === 0x2d) this.#at += 1;
    if (this.#text.charCodeAt(this.#at) === 0x30) this.#at += 1;
    else this.#digits('in numeric literal');
    if (this.#text.charCodeAt(this.#at) === 0x2e) {
      this.#at += 1;
      this.#digits('after decimal point in numeric literal');
    }
    const exponent = this.#text.charCodeAt(this.#at) | 0x20;
    if (exponent === 0x65) {
      this.#at += 1;
      const sign = this.#text.charCodeAt(this.#at);
      if (sign === 0x2b || sign === 0x2d) this.#at += 1;
      this.#digits('in exponent of numeric literal');
    }
    const literal = this.#text.slice(start, this.#at);
    const value = parseNumber(literal);
    if (value === undefined) throw new JsonError(`number out of range: ${literal.slice(0, 40)}`);
    return value;
  }

  #digits(context: string): void {
    const start = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (!(code >= 0x30 && code <= 0x39)) break;
      this.#at += 1;
    }
    if (this.#at === start) throw this.#unexpected(context);
  }

  #string(): string {
    const text = this.#text;
    let from = this.#at + 1;
    let result = '';
    for (let i = from; ; i += 1) {
      const code = text.charCodeAt(i);
      if (code === 0x22) {
        this.#at = i + 1;
        result += text.slice(from, i);
        return result.isWellFormed() ? result : result.toWellFormed();
      }
      if (code === 0x5c) {
        result += text.slice(from, i);
        this.#at = i + 1;
        result += this.#escape();
        i = this.#at - 1;
        from = this.#at;
      } else if (!(code >= 0x20)) {
        this.#at = i;
        throw this.#unexpected('in string literal');
      }
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at];
    const plain = letter === undefined ? undefined : escapes[letter];
    if (plain !== undefined) {
      this.#at += 1;
      return plain;
    }
    if (letter !== 'u') throw this.#unexpected('in string escape code');
    this.#at += 1;
    let unit = 0;
    for (let i = 0; i < 4; i += 1) {
      const digit = this.#text[this.#at] ?? '';
      if (!/^[0-9a-fA-F]$/.test(digit)) throw this.#unexpected('in \\u hexadecimal character escape');
      unit = unit * 16 + Number.parseInt(digit, 16);
      this.#at += 1;
    }
    return String.fromCharCode(unit);
  }

  /** Skips white space; the code of what follows, NaN at the end. */
  #skip(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.#at += 1;
    }
  }

  #unexpected(context: string): JsonError {
    if (this.#at >= this.#text.length) return new JsonError('unexpected EOF');
    const char = String.fromCodePoint(this.#text.codePointAt(this.#at)!);
    return new JsonError(`invalid character ${quoteChar(firstByte(char))} ${context}`);
  }
}

const escapes: Record<string, string | undefined> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function isNumberStart(code: number): boolean {
  return code === 0x2d || (code >= 0x30 && code <= 0x39);
}

/** Go reads bytes: of a longer character it names the first byte. */
function firstByte(char: string): string {
  const code = char.codePointAt(0)!;
  if (code < 0x80) return char;
  if (code < 0x800) return String.fromCharCode(0xc0 | (code >> 6));
  return String.fromCharCode(code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18));
}

function quoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return `'"'`;
  const named = {
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\b': '\\b',
    '\f': '\\f',
    '\\': '\\\\',
    '\v': '\\v',
    '\x07': '\\a',
  }[char];
  if (named) return `'${named}'`;
  const code = char.charCodeAt(0);
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, '0')}'`;
  if ((code >= 0x80 && code <= 0xa0) || code === 0xad) return `'\\u00${code.toString(16)}'`;
  return `'${char}'`;
}
