import type { Comment, Location } from './ast.ts';
import { beforeEquals, isEscape, isLetter, isOtherDigit, punctuation } from './characters.ts';
import { baseKeywords, keywords, Token } from './tokens.ts';

/** Where a scanner stands, to come back to. */
export interface ScannerState {
  pos: number;
  row: number;
  lineStart: number;
  wide: number;
  tok: number;
  start: number;
  end: number;
  tokenRow: number;
  tokenCol: number;
  lastEnd: number;
  newline: boolean;
  comments: number;
}

/**
 * Cuts a Rego source into tokens, one at a time: the fields describe the current one. Works on character codes and makes no object
 * per token. Untrusted text enters here.
 */
export abstract class Scanner {
  readonly source: string;
  readonly file: string;
  readonly comments: Comment[] = [];

  /** The current token's kind. */
  tok: number = Token.Illegal;
  /** Where it begins and ends, in UTF-16 units. */
  start = 0;
  end = 0;
  /** Where it begins: the row from 1, the column from 1 in characters. */
  tokenRow = 1;
  tokenCol = 1;
  /** Where the token before it ended. */
  lastEnd = 0;
  /** A line break lies between the token before and this one. */
  newline = false;

  /** Keywords in force; version 0 adds to them by imports. */
  protected keywords: Map<string, number>;
  #pos = 0;
  #row = 1;
  #lineStart = 0;
  /** How many UTF-16 units of the line so far do not begin a character. */
  #wide = 0;

  constructor(source: string, file: string, v0: boolean) {
    this.source = source;
    this.file = file;
    this.keywords = new Map(v0 ? baseKeywords : keywords);
    if (source.charCodeAt(0) === 0xfeff) {
      this.#pos = 1;
    }
  }

  /** Notes an error of the text itself at the current token. */
  protected abstract lexicalError(message: string): void;

  /** Whether the current token is of this kind. */
  at(tok: number): boolean {
    return this.tok === tok;
  }

  /** The current token's text. */
  text(): string {
    return this.source.slice(this.start, this.end);
  }

  /** The current token's place. */
  here(): Location {
    return {
      file: this.file,
      row: this.tokenRow,
      col: this.tokenCol,
      start: this.start,
      end: this.end,
    };
  }

  /** The code of the character directly after the current token; NaN at the end. */
  following(): number {
    return this.source.charCodeAt(this.end);
  }

  saveScanner(): ScannerState {
    return {
      pos: this.#pos,
      row: this.#row,
      lineStart: this.#lineStart,
      wide: this.#wide,
      tok: this.tok,
      start: this.start,
      end: this.end,
      tokenRow: this.tokenRow,
      tokenCol: this.tokenCol,
      lastEnd: this.lastEnd,
      newline: this.newline,
      comments: this.comments.length,
    };
  }

  restoreScanner(state: ScannerState): void {
    this.#pos = state.pos;
    this.#row = state.row;
    this.#lineStart = state.lineStart;
    this.#wide = state.wide;
    this.tok = state.tok;
    this.start = state.start;
    this.end = state.end;
    this.tokenRow = state.tokenRow;
    this.tokenCol = state.tokenCol;
    this.lastEnd = state.lastEnd;
    this.newline = state.newline;
    this.comments.length = state.comments;
  }

  /** Goes to the next token, over white space and comments. */
  advance(): void {
    const source = this.source;
    let pos = this.#pos;
    let code: number;
    this.lastEnd = this.end;
    this.newline = false;
    for (;;) {
      code = source.charCodeAt(pos);
      if (code === 32 || code === 9 || code === 13) {
        pos += 1;
      } else if (code === 10) {
        pos += 1;
        this.#row += 1;
        this.#lineStart = pos;
        this.#wide = 0;
        this.newline = true;
      } else if (code === 35) {
        pos = this.#comment(pos);
      } else {
        break;
      }
    }
    this.start = pos;
    this.tokenRow = this.#row;
    this.tokenCol = pos - this.#lineStart + 1 - this.#wide;
    if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95) {
      this.#identifier(pos + 1);
      return;
    }
    if (code >= 48 && code <= 57) {
      this.#number(pos + 1);
      return;
    }
    this.#punctuation(code, pos + 1);
  }

  /** The current token is the `}` that ends an expression in a template string: goes on with its text. */
  continueTemplate(raw: boolean): void {
    this.lastEnd = this.end;
    this.newline = false;
    this.start = this.end - 1;
    if (raw) this.#rawTemplate(this.end);
    else this.#template(this.end);
  }

  #finish(tok: number, end: number): void {
    this.tok = tok;
    this.end = end;
    this.#pos = end;
  }

  #fail(message: string, end: number): void {
    this.#finish(Token.Illegal, end);
    this.lexicalError(message);
    this.tok = Token.Illegal;
  }

  #comment(start: number): number {
    const source = this.source;
    let end = source.indexOf('\n', start);
    if (end < 0) end = source.length;
    const textEnd = source.charCodeAt(end - 1) === 13 ? end - 1 : end;
    const text = source.slice(start + 1, textEnd);
    const row = this.#row;
    const col = start - this.#lineStart + 1 - this.#wide;
    this.comments.push({ text, location: { file: this.file, row, col, start, end: textEnd } });
    if (text.includes('\0') || text.includes('\ufeff')) {
      this.start = start;
      this.end = end;
      this.tokenRow = row;
      this.tokenCol = col;
      this.lexicalError(text.includes('\0') ? 'illegal null character' : 'illegal byte-order mark');
    }
    return end;
  }

  #identifier(from: number): void {
    const source = this.source;
    let pos = from;
    for (;;) {
      const code = source.charCodeAt(pos);
      if (
        (code >= 97 && code <= 122) ||
        (code >= 65 && code <= 90) ||
        code === 95 ||
        (code >= 48 && code <= 57)
      ) {
        pos += 1;
      } else if (code >= 128 && isOtherDigit(source, pos)) {
        const units = source.codePointAt(pos)! > 0xffff ? 2 : 1;
        this.#wide += units - 1;
        pos += units;
      } else {
        break;
      }
    }
    this.end = pos;
    this.#pos = pos;
    const length = pos - this.start;
    this.tok =
      length >= 2 && length <= 8 && source.charCodeAt(this.start) >= 97
        ? (this.keywords.get(source.slice(this.start, pos)) ?? Token.Ident)
        : Token.Ident;
  }

  #number(from: number): void {
    const source = this.source;
    let message = '';
    let pos = this.#digits(from);
    if (source.charCodeAt(pos) === 46) {
      const fraction = this.#digits(pos + 1);
      if (fraction === pos + 1) message = 'expected fraction';
      pos = fraction;
    }
    const exponent = source.charCodeAt(pos) | 32;
    if (exponent === 101) {
      const sign = source.charCodeAt(pos + 1);
      const first = sign === 43 || sign === 45 ? pos + 2 : pos + 1;
      pos = this.#digits(first);
      if (pos === first) message = 'expected exponent';
    }
    if (isLetter(source.charCodeAt(pos))) {
      message = 'illegal number format';
      while (isLetter(source.charCodeAt(pos)) || this.#digits(pos) > pos) pos += 1;
    }
    if (message) this.#fail(message, pos);
    else this.#finish(Token.Number, pos);
  }

  #digits(from: number): number {
    let pos = from;
    for (;;) {
      const code = this.source.charCodeAt(pos);
      if (!(code >= 48 && code <= 57)) return pos;
      pos += 1;
    }
  }

  #punctuation(code: number, next: number): void {
    const alone = code < 128 ? punctuation[code]! : Token.Illegal;
    if (alone !== Token.Illegal) {
      const joined = this.source.charCodeAt(next) === 61 ? beforeEquals(code) : Token.Illegal;
      if (joined === Token.Illegal) this.#finish(alone, next);
      else this.#finish(joined, next + 1);
    } else if (code === 34) this.#string(next);
    else if (code === 96) this.#rawString(next);
    else if (code === 36) this.#dollar(next);
    else if (Number.isNaN(code)) this.#finish(Token.Eof, this.start);
    else if (code === 33 && this.source.charCodeAt(next) === 61) this.#finish(Token.NotEqual, next + 1);
    else if (code === 33) this.#fail('illegal ! character', next);
    else if (code === 0) this.#fail('illegal null character', next);
    else if (code === 0xfeff) this.#fail('illegal byte-order mark', next);
    else this.#finish(Token.Illegal, next);
  }

  #dollar(next: number): void {
    const code = this.source.charCodeAt(next);
    if (code === 34) this.#template(next + 1);
    else if (code === 96) this.#rawTemplate(next + 1);
    else this.#fail('illegal $ character', next);
  }

  #string(from: number): void {
    const source = this.source;
    let pos = from;
    let message = '';
    for (;;) {
      const code = source.charCodeAt(pos);
      if (code === 34) {
        pos += 1;
        break;
      }
      if (code === 92) {
        const escaped = source.charCodeAt(pos + 1);
        if (!isEscape(escaped)) message ||= 'illegal escape sequence';
        pos += escaped === 34 || escaped === 92 ? 2 : 1;
      } else if (code === 10 || Number.isNaN(code)) {
        message ||= 'non-terminated string';
        break;
      } else {
        if (code >= 128 || code === 0) message ||= this.#unusual(code);
        pos += 1;
      }
    }
    if (message) this.#fail(message, pos);
    else this.#finish(Token.String, pos);
  }

  #rawString(from: number): void {
    let end = this.source.indexOf('`', from);
    const terminated = end >= 0;
    end = terminated ? end + 1 : this.source.length;
    const message = this.#span(from, end);
    if (!terminated || message) this.#fail(message || 'non-terminated string', end);
    else this.#finish(Token.String, end);
  }

  #template(from: number): void {
    const source = this.source;
    let pos = from;
    let message = '';
    let tok: number = Token.TemplatePart;
    for (;;) {
      const code = source.charCodeAt(pos);
      if (code === 34 || code === 123) {
        if (code === 34) tok = Token.TemplateEnd;
        pos += 1;
        break;
      }
      if (code === 92) {
        const escaped = source.charCodeAt(pos + 1);
        if (!isEscape(escaped) && escaped !== 123) message ||= 'illegal escape sequence';
        pos += escaped === 34 || escaped === 92 || escaped === 123 ? 2 : 1;
      } else if (code === 10 || Number.isNaN(code)) {
        message ||= 'non-terminated string';
        break;
      } else {
        if (code >= 128 || code === 0) message ||= this.#unusual(code);
        pos += 1;
      }
    }
    if (message) this.#fail(message, pos);
    else this.#finish(tok, pos);
  }

  #rawTemplate(from: number): void {
    const source = this.source;
    let pos = from;
    for (;;) {
      const code = source.charCodeAt(pos);
      if (code === 96 || code === 123 || Number.isNaN(code)) break;
      pos += code === 92 && source.charCodeAt(pos + 1) === 123 ? 2 : 1;
    }
    const code = source.charCodeAt(pos);
    const end = Math.min(pos + 1, source.length);
    const message = this.#span(from, end) || (Number.isNaN(code) ? 'non-terminated string' : '');
    if (message) this.#fail(message, end);
    else this.#finish(code === 96 ? Token.RawTemplateEnd : Token.RawTemplatePart, end);
  }

  /** Counts the lines and wide characters of a text of several lines; says what must not stand in it. */
  #span(from: number, end: number): string {
    const source = this.source;
    let message = '';
    for (let pos = from; pos < end; pos += 1) {
      const code = source.charCodeAt(pos);
      if (code === 10) {
        this.#row += 1;
        this.#lineStart = pos + 1;
        this.#wide = 0;
      } else if (code >= 128 || code === 0) {
        message ||= this.#unusual(code);
      }
    }
    return message;
  }

  #unusual(code: number): string {
    if (code === 0) return 'illegal null character';
    if (code === 0xfeff) return 'illegal byte-order mark';
    if (code >= 0xdc00 && code <= 0xdfff) this.#wide += 1;
    return '';
  }
}
