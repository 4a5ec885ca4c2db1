import { typeName } from '../../values/compare.ts';
import { jsonKey } from '../../values/json.ts';
import { isInteger, toBigInt, toDouble } from '../../values/numbers.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { RegoNumber, Value } from '../../values/value.ts';
import type { BuiltinContext } from '../builtin.ts';
import { fault } from '../operands.ts';
import { isPrintable, styleOf } from './scalar-style.ts';

const indentation = 2;
const width = 80;
const maxKeyLength = 128;
const escapes: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\u2028': 'L',
  '\u2029': 'P',
};

/** A value as sigs.k8s.io/yaml writes its JSON: blocks, keys in go-yaml's order, lines folded after 80 characters. */
export function writeYaml(value: Value, context: BuiltinContext): string {
  try {
    return new Writer(context).document(value);
  } catch (error) {
    if (error instanceof RangeError) throw fault('the value is nested too deeply for YAML', error);
    throw error;
  }
}

class Writer {
  readonly #context: BuiltinContext;
  readonly #parts: string[] = [];
  /** Characters written in this line. */
  #column = 0;

  constructor(context: BuiltinContext) {
    this.#context = context;
  }

  document(value: Value): string {
    this.#node(value, -indentation, false);
    this.#newLine();
    return this.#parts.join('');
  }

  #put(text: string): void {
    this.#parts.push(text);
    this.#column += text.length;
  }

  #newLine(): void {
    this.#parts.push('\n');
    this.#column = 0;
  }

  #indent(column: number): void {
    const afterBlank = this.#parts.at(-1)?.endsWith(' ') ?? true;
    if (this.#column > column || (this.#column === column && column > 0 && !afterBlank)) this.#newLine();
    if (this.#column < column) this.#put(' '.repeat(column - this.#column));
  }

  /** At the place where it starts; `indent` is that of the block around it. */
  #node(value: Value, indent: number, inMapping: boolean): void {
    this.#context.spend(1);
    if (value instanceof RegoObject) {
      if (value.size === 0) this.#put('{}');
      else this.#mapping(value, indent + indentation);
    } else if (value instanceof RegoSet || Array.isArray(value)) {
      const items = value instanceof RegoSet ? value.values() : value;
      if (items.length === 0) this.#put('[]');
      // Within a mapping the dashes stand below the key.
      else this.#sequence(items, inMapping ? indent : indent + indentation);
    } else {
      this.#scalar(value, Math.max(indent, 0) + indentation);
    }
  }

  #sequence(items: readonly Value[], indent: number): void {
    for (const [index, item] of items.entries()) {
      if (index > 0) this.#newLine();
      this.#indent(indent);
      this.#put('- ');
      this.#node(item, indent, false);
    }
  }

  #mapping(object: RegoObject, indent: number): void {
    const members = [...object.entries()].map(([key, value]) => [jsonKey(key), value] as const);
    members.sort(([a], [b]) => naturalOrder(a, b));
    for (const [index, [key, value]] of members.entries()) {
      if (index > 0) this.#newLine();
      this.#indent(indent);
      if (isSimpleKey(key)) {
        this.#string(key, indent, true);
        this.#put(':');
        if (isBlock(value)) this.#newLine();
        else this.#put(' ');
        this.#node(value, indent, true);
      } else {
        this.#put('? ');
        this.#string(key, indent + indentation, false);
        this.#newLine();
        this.#indent(indent);
        this.#put(': ');
        this.#node(value, indent, false);
      }
    }
  }

  #scalar(value: Value, indent: number): void {
    if (typeof value === 'string') this.#string(value, indent, false);
    else this.#put(typeName(value) === 'number' ? numberScalar(value as RegoNumber) : String(value));
  }

  #string(text: string, indent: number, asKey: boolean): void {
    const bare = text.toWellFormed();
    switch (styleOf(bare, asKey)) {
      case 'literal':
        this.#literal(bare, indent);
        break;
      case 'double':
        this.#double(bare, indent, asKey);
        break;
      case 'single':
        this.#put("'");
        this.#folded(bare.replaceAll("'", "''"), indent, asKey);
        this.#put("'");
        break;
      default:
        this.#folded(bare, indent, asKey);
    }
  }

  /** Breaks at a lone space once the line is long enough. */
  #folded(text: string, indent: number, asKey: boolean): void {
    const pieces = text.split(' ');
    this.#put(pieces[0] as string);
    for (const [index, piece] of pieces.slice(1).entries()) {
      const alone = pieces[index] !== '' && piece !== '';
      if (!asKey && alone && this.#countedColumn() > width) {
        this.#newLine();
        this.#put(' '.repeat(Math.max(indent, 0)));
      } else {
        this.#put(' ');
      }
      this.#put(piece);
    }
  }

  /** In code points: the parts of this line. */
  #countedColumn(): number {
    let column = 0;
    for (let i = this.#parts.length - 1; i >= 0 && this.#parts[i] !== '\n'; i -= 1) {
      column += [...(this.#parts[i] as string)].length;
    }
    return column;
  }

  #double(text: string, indent: number, asKey: boolean): void {
    this.#put('"');
    const characters = [...text];
    let column = this.#countedColumn();
    let spaces = false;
    let line = '';
    for (const [index, character] of characters.entries()) {
      let written = character;
      if (character === ' ') {
        const inside = index > 0 && index < characters.length - 1;
        if (!asKey && !spaces && inside && column > width) {
          this.#put(line);
          this.#newLine();
          this.#put(' '.repeat(Math.max(indent, 0)));
          line = characters[index + 1] === ' ' ? '\\' : '';
          column = Math.max(indent, 0) + line.length;
          spaces = true;
          continue;
        }
        spaces = true;
      } else {
        spaces = false;
        if (!isPrintable(character) || /["\\\n\x85\u2028\u2029]/.test(character))
          written = escaped(character);
      }
      line += written;
      column += written === character ? 1 : written.length;
    }
    this.#put(line);
    this.#put('"');
  }

  #literal(text: string, indent: number): void {
    const column = Math.max(indent, 0);
    const lead = /^[ \n\r\x85\u2028\u2029]/.test(text) ? String(indentation) : '';
    const chomp = !text.endsWith('\n') ? '-' : /^\n$|\n\n$/.test(text) ? '+' : '';
    this.#put(`|${lead}${chomp}`);
    const lines = text.replace(/\n$/, '').split('\n');
    for (const line of lines) {
      this.#newLine();
      if (line !== '') this.#put(' '.repeat(column) + line);
    }
  }
}

/** Whether a key may stand before its colon: on one line and not too long. */
function isSimpleKey(key: string): boolean {
  return !/[\n\r\x85\u2028\u2029]/.test(key) && new TextEncoder().encode(key).length <= maxKeyLength;
}

function isBlock(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return (value instanceof RegoSet || value instanceof RegoObject) && value.size > 0;
}

function escaped(character: string): string {
  const short = Object.hasOwn(escapes, character) ? escapes[character] : undefined;
  if (short !== undefined) return `\\${short}`;
  const code = character.codePointAt(0) as number;
  const digits = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

/** Integers of 64 bits as they are, other numbers as doubles in Go's shortest form. */
function numberScalar(value: RegoNumber): string {
  const integer = isInteger(value) ? toBigInt(value) : undefined;
  if (integer !== undefined && integer >= -(1n << 63n) && integer < 1n << 64n) return String(integer);
  const [mantissa = '', exponent = '0'] = toDouble(value).toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(toDouble(value));
  const size = String(Math.abs(power)).padStart(2, '0');
  return `${mantissa}e${power < 0 ? '-' : '+'}${size}`;
}

/** Go-yaml's order of keys: digits as numbers, letters after what is none. */
function naturalOrder(left: string, right: string): number {
  const a = [...left];
  const b = [...right];
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const [x, y] = [a[i] as string, b[i] as string];
    if (x === y) continue;
    const letters = [/\p{L}/u.test(x), /\p{L}/u.test(y)];
    const byCode = (x.codePointAt(0) as number) - (y.codePointAt(0) as number);
    if (letters[0] && letters[1]) return byCode;
    if (letters[0] || letters[1]) return letters[1] ? -1 : 1;
    return compareDigits(a, b, i) || byCode;
  }
  return a.length - b.length;
}

function compareDigits(a: readonly string[], b: readonly string[], from: number): number {
  // A zero counts only behind another digit.
  const zero = a[from] === '0' || b[from] === '0';
  let start = from;
  if (zero) while (start > 0 && isDigit(a[start - 1])) start -= 1;
  const lead = zero && a.slice(start, from).some((digit) => digit !== '0') ? '1' : '0';
  const run = (list: readonly string[]) => {
    let end = from;
    while (isDigit(list[end])) end += 1;
    return { number: BigInt(lead + list.slice(from, end).join('')), end };
  };
  const [left, right] = [run(a), run(b)];
  if (left.number !== right.number) return left.number < right.number ? -1 : 1;
  return left.end - right.end;
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}
