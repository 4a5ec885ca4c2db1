import { typeName } from '../../values/compare.ts';
import { isInteger, toBigInt, toDouble } from '../../values/numbers.ts';
import { termText } from '../../values/term-text.ts';
import type { RegoArray, RegoNumber, Value } from '../../values/value.ts';
import type { Builtin } from '../builtin.ts';
import { arrayOperand, fault, stringOperand } from '../operands.ts';
import { any, arrayOf, string } from '../types.ts';
import { type Flags, noFlags } from './flags.ts';
import { formatOperand, type Operand } from './verbs.ts';

/** Go refuses widths and precisions beyond this. */
const maxWidth = 1_000_000;
/** What all formatting of one call may add up to. */
const maxLength = 1 << 28;

/** A format filled in as Go's `fmt.Sprintf` does it, mistakes in the format included (`%!d(string=x)`, `%!(EXTRA int=1)`). */
export function sprintf(format: string, values: RegoArray): string {
  return new Printer(format, values.map(operandOf)).run();
}

function operandOf(value: Value): Operand {
  if (typeof value === 'string') return { type: 'string', value };
  if (typeName(value) !== 'number') return { type: 'string', value: termText(value) };
  const number = value as RegoNumber;
  if (!isInteger(number)) {
    const double = toDouble(number);
    return { type: 'float64', value: double };
  }
  const whole = toBigInt(number)!;
  return { type: BigInt.asIntN(64, whole) === whole ? 'int' : '*big.Int', value: whole };
}

class Printer {
  readonly #format: string;
  readonly #operands: readonly Operand[];
  #at = 0;
  #next = 0;
  #reordered = false;
  /** A `[n]` that was no good. */
  #badIndex = false;
  #out = '';

  constructor(format: string, operands: readonly Operand[]) {
    this.#format = format;
    this.#operands = operands;
  }

  run(): string {
    const format = this.#format;
    while (this.#at < format.length) {
      const percent = format.indexOf('%', this.#at);
      const end = percent === -1 ? format.length : percent;
      this.#out += format.slice(this.#at, end);
      this.#at = end + 1;
      if (percent === -1) break;
      this.#directive();
      if (this.#out.length > maxLength) throw fault('formatted string is too long');
    }
    if (!this.#reordered && this.#next < this.#operands.length) {
      const extra = this.#operands
        .slice(this.#next)
        .map((operand) => `${operand.type}=${formatOperand(operand, 'v', noFlags())}`);
      this.#out += `%!(EXTRA ${extra.join(', ')})`;
    }
    return this.#out;
  }

  #directive(): void {
    const flags = noFlags();
    let afterIndex = false;
    this.#badIndex = false;
    this.#flags(flags);
    afterIndex = this.#index();
    if (this.#format[this.#at] === '*') {
      this.#at += 1;
      const width = this.#starred();
      if (width === undefined) this.#out += '%!(BADWIDTH)';
      else if (width < 0) {
        flags.minus = true;
        flags.zero = false;
        flags.width = -width;
      } else flags.width = width;
      afterIndex = false;
    } else {
      flags.width = this.#number();
      if (afterIndex && flags.width !== undefined) this.#badIndex = true;
    }
    if (this.#format[this.#at] === '.') {
      this.#at += 1;
      if (afterIndex) this.#badIndex = true;
      afterIndex = this.#index();
      if (this.#format[this.#at] === '*') {
        this.#at += 1;
        const precision = this.#starred();
        if (precision === undefined || precision < 0) this.#out += '%!(BADPREC)';
        else flags.precision = precision;
        afterIndex = false;
      } else flags.precision = this.#number() ?? 0;
    }
    if (!afterIndex) afterIndex = this.#index();
    this.#verb(flags);
  }

  #verb(flags: Flags): void {
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) {
      this.#out += '%!(NOVERB)';
      return;
    }
    const verb = String.fromCodePoint(code);
    this.#at += verb.length;
    if (verb === '%') this.#out += '%';
    else if (this.#badIndex) this.#out += `%!${verb}(BADINDEX)`;
    else if (this.#next >= this.#operands.length) this.#out += `%!${verb}(MISSING)`;
    else {
      const operand = this.#operands[this.#next]!;
      this.#next += 1;
      this.#out += this.#formatted(operand, verb, flags);
    }
  }

  #formatted(operand: Operand, verb: string, flags: Flags): string {
    if (verb === 'T') return formatOperand({ type: 'string', value: operand.type }, 's', flags)!;
    if (verb === 'v') {
      flags.syntax = flags.sharp;
      flags.sharp = false;
      flags.plus = false;
    }
    // `-` fills with spaces on the right, never with zeros.
    if (flags.minus) flags.zero = false;
    const text = formatOperand(operand, verb, flags);
    return text ?? `%!${verb}(${operand.type}=${formatOperand(operand, 'v', flags)})`;
  }

  #flags(flags: Flags): void {
    for (; ; this.#at += 1) {
      switch (this.#format[this.#at]) {
        case '#':
          flags.sharp = true;
          break;
        case '0':
          flags.zero = true;
          break;
        case '+':
          flags.plus = true;
          break;
        case '-':
          flags.minus = true;
          break;
        case ' ':
          flags.space = true;
          break;
        default:
          return;
      }
    }
  }

  #number(): number | undefined {
    const match = /^[0-9]+/.exec(this.#format.slice(this.#at, this.#at + 10));
    if (!match) return undefined;
    const value = Number(match[0]);
    if (value > maxWidth) return undefined;
    this.#at += match[0].length;
    return value;
  }

  /** `*`: the next operand is the number. */
  #starred(): number | undefined {
    const operand = this.#operands[this.#next];
    if (!operand) return undefined;
    this.#next += 1;
    if (operand.type !== 'int') return undefined;
    const value = Number(operand.value);
    return Math.abs(value) > maxWidth ? undefined : value;
  }

  /** `[n]`: the operand to go on with. */
  #index(): boolean {
    if (this.#format[this.#at] !== '[') return false;
    this.#reordered = true;
    const close = this.#format.indexOf(']', this.#at);
    if (close === -1) {
      this.#badIndex = true;
      this.#at += 1;
      return false;
    }
    const text = this.#format.slice(this.#at + 1, close);
    this.#at = close + 1;
    const number = /^[0-9]{1,7}$/.test(text) ? Number(text) : 0;
    if (number < 1 || number > this.#operands.length) this.#badIndex = true;
    else this.#next = number - 1;
    return true;
  }
}

export const sprintfBuiltins: readonly Builtin[] = [
  {
    name: 'sprintf',
    description: "A string with the values filled in where Go's formatting verbs stand.",
    categories: ['strings'],
    args: [string, arrayOf(any)],
    result: string,
    call: ([a, b]) => sprintf(stringOperand(a, 1), arrayOperand(b, 2)),
  },
];
