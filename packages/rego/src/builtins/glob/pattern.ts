import { fault } from '../operands.ts';
import { quoteMeta } from '../regex/template.ts';

/**
 * A glob pattern as a regular expression for the whole string: `*` and `?` match anything but the delimiters, `**` anything, `[abc]`
 * `[!a-z]` one character, `{a,b}` any of several patterns, `\` makes the next character an ordinary one. (The syntax of
 * github.com/gobwas/glob.) Throws a fault when a bracket is malformed.
 */
export function globToRegex(pattern: string, delimiters: readonly string[]): string {
  return `^${new GlobReader(pattern, delimiters).pattern()}$`;
}

/** Any character, line ends too. */
const anything = '[\\x{0}-\\x{10FFFF}]';

class GlobReader {
  readonly #chars: readonly string[];
  /** What `*` and `?` match one of. */
  readonly #one: string;
  #at = 0;
  /** How many braces are open. */
  #level = 0;

  constructor(pattern: string, delimiters: readonly string[]) {
    this.#chars = [...pattern];
    this.#one = delimiters.length === 0 ? anything : `[^${delimiters.map(quoteInClass).join('')}]`;
  }

  pattern(): string {
    let out = '';
    while (this.#at < this.#chars.length) {
      const char = this.#chars[this.#at]!;
      if (this.#level > 0 && (char === ',' || char === '}')) return out;
      this.#at += 1;
      switch (char) {
        case '*':
          if (this.#chars[this.#at] === '*') {
            this.#at += 1;
            out += `${anything}*`;
          } else out += `${this.#one}*`;
          break;
        case '?':
          out += this.#one;
          break;
        case '[':
          out += this.#bracket();
          break;
        case '{':
          out += this.#alternatives();
          break;
        case '\\':
          if (this.#at < this.#chars.length) out += quoteMeta(this.#chars[this.#at]!);
          this.#at += 1;
          break;
        default:
          out += quoteMeta(char);
      }
    }
    return out;
  }

  /** A brace that is never closed ends with the pattern. */
  #alternatives(): string {
    this.#level += 1;
    const alternatives = [this.pattern()];
    while (this.#chars[this.#at] === ',') {
      this.#at += 1;
      alternatives.push(this.pattern());
    }
    this.#at += 1;
    this.#level -= 1;
    return `(?:${alternatives.join('|')})`;
  }

  #bracket(): string {
    let not = '';
    if (this.#chars[this.#at] === '!') {
      not = '^';
      this.#at += 1;
    }
    const first = this.#next();
    if (this.#chars[this.#at] === '-') {
      this.#at += 1;
      const last = this.#next();
      if (this.#next() !== ']') throw fault('expected close range character');
      if (last.codePointAt(0)! < first.codePointAt(0)!) {
        throw fault(`hi character '${last}' should be greater than lo '${first}'`);
      }
      return `[${not}${quoteInClass(first)}-${quoteInClass(last)}]`;
    }
    this.#at -= 1;
    const chars: string[] = [];
    for (let char = this.#next(); char !== ']'; char = this.#next()) {
      chars.push(char === '\\' ? this.#next() : char);
    }
    if (chars.length === 0) throw fault('could not parse range');
    return `[${not}${chars.map(quoteInClass).join('')}]`;
  }

  #next(): string {
    const char = this.#chars[this.#at];
    if (char === undefined) throw fault('unexpected end of input');
    this.#at += 1;
    return char;
  }
}

function quoteInClass(char: string): string {
  return /[\\\]^[-]/.test(char) ? `\\${char}` : char;
}
