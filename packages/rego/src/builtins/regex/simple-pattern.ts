import { anyCharacter, type CharRanges, namedRanges, normalRanges, otherCharacters } from './char-ranges.ts';

/** A pattern of the part of the language that RE2 and JavaScript have in common and understand in the same way. */
export interface SimplePattern {
  /** Begins with `^`. */
  fromStart: boolean;
  /** Ends with `$`. */
  toEnd: boolean;
  body: PatternNode;
  groups: number;
}

export type PatternNode =
  | { kind: 'characters'; ranges: CharRanges }
  | { kind: 'sequence'; parts: PatternNode[] }
  | { kind: 'choice'; options: PatternNode[] }
  | { kind: 'repeat'; part: PatternNode; min: number; max: number; lazy: boolean }
  | { kind: 'group'; part: PatternNode };

/** The pattern taken apart, or undefined when it holds anything beyond characters, classes, groups, choices and repetition. */
export function readSimplePattern(pattern: string): SimplePattern | undefined {
  const chars = [...pattern];
  const fromStart = chars[0] === '^';
  if (fromStart) chars.shift();
  const toEnd = chars.at(-1) === '$' && chars.at(-2) !== '\\';
  if (toEnd) chars.pop();
  const reader = new PatternReader(chars);
  try {
    const body = reader.choice();
    if (!reader.done) return undefined;
    // `^a|b$`: each anchor belongs to one option only.
    if (body.kind === 'choice' && (fromStart || toEnd)) return undefined;
    return { fromStart, toEnd, body, groups: reader.groups };
  } catch (error) {
    if (error instanceof NotSimple) return undefined;
    throw error;
  }
}

class NotSimple extends Error {}

/** Groups in groups beyond this are left to the other engine. */
const maxNesting = 20;

class PatternReader {
  readonly #chars: readonly string[];
  #at = 0;
  #nesting = 0;
  groups = 0;

  constructor(chars: readonly string[]) {
    this.#chars = chars;
  }

  get done(): boolean {
    return this.#at === this.#chars.length;
  }

  choice(): PatternNode {
    const options = [this.#sequence()];
    while (this.#chars[this.#at] === '|') {
      this.#at += 1;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (let char = this.#chars[this.#at]; char !== undefined && char !== '|' && char !== ')'; ) {
      parts.push(this.#repeated(this.#atom()));
      char = this.#chars[this.#at];
    }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  #atom(): PatternNode {
    const char = this.#take();
    switch (char) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'characters', ranges: this.#class() };
      case '.':
        return { kind: 'characters', ranges: otherCharacters([[10, 10]]) };
      case '\\': {
        const escaped = this.#escape();
        return { kind: 'characters', ranges: typeof escaped === 'number' ? [[escaped, escaped]] : escaped };
      }
      case '^':
      case '$':
      case '*':
      case '+':
      case '?':
      case '{':
      case '}':
      case ']':
        throw new NotSimple();
      default: {
        const code = char.codePointAt(0)!;
        return { kind: 'characters', ranges: [[code, code]] };
      }
    }
  }

  #group(): PatternNode {
    this.#nesting += 1;
    if (this.#nesting > maxNesting) throw new NotSimple();
    let captures = true;
    if (this.#chars[this.#at] === '?') {
      if (this.#chars[this.#at + 1] !== ':') throw new NotSimple();
      this.#at += 2;
      captures = false;
    } else this.groups += 1;
    const part = this.choice();
    if (this.#take() !== ')') throw new NotSimple();
    this.#nesting -= 1;
    return captures ? { kind: 'group', part } : part;
  }

  #repeated(part: PatternNode): PatternNode {
    const bounds = this.#bounds();
    if (!bounds) return part;
    const lazy = this.#chars[this.#at] === '?';
    if (lazy) this.#at += 1;
    // RE2 refuses a repetition of a repetition.
    if (/^[*+?{]$/.test(this.#chars[this.#at] ?? '')) throw new NotSimple();
    return { kind: 'repeat', part, min: bounds[0], max: bounds[1], lazy };
  }

  #bounds(): [min: number, max: number] | undefined {
    const char = this.#chars[this.#at];
    const simple = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] }[char ?? ''] as
      | [number, number]
      | undefined;
    if (simple) {
      this.#at += 1;
      return simple;
    }
    if (char !== '{') return undefined;
    const close = this.#chars.indexOf('}', this.#at);
    const match = /^\{([0-9]{1,3})(,?)([0-9]{0,3})$/.exec(this.#chars.slice(this.#at, close).join(''));
    if (close === -1 || !match) throw new NotSimple();
    const min = Number(match[1]);
    const max = match[2] === '' ? min : match[3] === '' ? Infinity : Number(match[3]);
    if ((match[2] === '' && match[3] !== '') || max < min || max === 0) throw new NotSimple();
    this.#at = close + 1;
    return [min, max];
  }

  #class(): CharRanges {
    const negated = this.#chars[this.#at] === '^';
    if (negated) this.#at += 1;
    const ranges: (readonly [number, number])[] = [];
    for (let first = true; this.#chars[this.#at] !== ']'; first = false) {
      const start = this.#classCharacter(first);
      if (typeof start !== 'number') {
        ranges.push(...start);
        if (this.#chars[this.#at] === '-') throw new NotSimple();
      } else if (this.#chars[this.#at] === '-' && this.#chars[this.#at + 1] !== ']') {
        this.#at += 1;
        const end = this.#classCharacter(false);
        if (typeof end !== 'number' || end < start) throw new NotSimple();
        ranges.push([start, end]);
      } else ranges.push([start, start]);
    }
    this.#at += 1;
    if (ranges.length === 0) throw new NotSimple();
    return negated ? otherCharacters(ranges) : normalRanges(ranges);
  }

  #classCharacter(first: boolean): number | CharRanges {
    const char = this.#take();
    if (char === '\\') return this.#escape();
    if (char === '[' || (char === '-' && !first && this.#chars[this.#at] !== ']')) throw new NotSimple();
    return char.codePointAt(0)!;
  }

  #escape(): number | CharRanges {
    const char = this.#take();
    const named = namedRanges[char];
    if (named) return named;
    const control = { t: 9, n: 10, v: 11, f: 12, r: 13 }[char];
    if (control !== undefined) return control;
    if (/^[!-/:-@[-`{-~]$/.test(char)) return char.charCodeAt(0);
    const rest = this.#chars.slice(this.#at, this.#at + 10).join('');
    const hex = char === 'x' ? /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(rest) : undefined;
    const code = hex ? Number.parseInt(hex[1] ?? hex[2]!, 16) : Infinity;
    if (code > anyCharacter[0]![1]) throw new NotSimple();
    this.#at += hex![0].length;
    return code;
  }

  #take(): string {
    const char = this.#chars[this.#at];
    if (char === undefined) throw new NotSimple();
    this.#at += 1;
    return char;
  }
}
