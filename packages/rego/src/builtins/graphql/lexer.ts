/** A place in a text: lines and columns count from 1, columns in code points. */
export interface Position {
  line: number;
  column: number;
}

/** Something wrong with a document; the words are those of gqlparser, which OPA uses. */
export class GraphqlError extends Error {
  readonly position: Position | undefined;

  constructor(message: string, position: Position | undefined) {
    super(message);
    this.position = position;
  }
}

/** Punctuation is named as it is written. */
export type TokenKind =
  | '<EOF>'
  | '!'
  | '$'
  | '&'
  | '('
  | ')'
  | '...'
  | ':'
  | '='
  | '@'
  | '['
  | ']'
  | '{'
  | '}'
  | '|'
  | 'Name'
  | 'Int'
  | 'Float'
  | 'String'
  | 'BlockString';

export interface Token {
  kind: TokenKind;
  /** Empty for punctuation. */
  value: string;
  position: Position;
}

const punctuation = '!$&():=@[]{}|';
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '/': '/',
  '\\': '\\',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Cuts a GraphQL document (October 2021, section 2.1) into tokens. Untrusted input. */
export class Lexer {
  readonly #text: string;
  #at = 0;
  #line = 1;
  /** Where the line starts, in units, and how many units of it were second halves of pairs. */
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    this.#skip();
    const start = this.#at;
    const position = this.#positionAt(start);
    const character = this.#text[start];
    if (character === undefined) return { kind: '<EOF>', value: '', position };
    if (punctuation.includes(character)) {
      this.#at += 1;
      return { kind: character as TokenKind, value: '', position };
    }
    if (this.#text.startsWith('...', start)) {
      this.#at += 3;
      return { kind: '...', value: '', position };
    }
    if (/[_A-Za-z]/.test(character)) {
      const value = this.#match(/[_0-9A-Za-z]*/y);
      return { kind: 'Name', value, position };
    }
    if (/[-0-9]/.test(character)) return this.#number(position);
    if (this.#text.startsWith('"""', start)) return this.#blockString(position);
    if (character === '"') return this.#string(position);
    if (character < ' ') throw this.#error(`Cannot contain the invalid character "${escaped(character)}"`);
    if (character === "'") {
      throw this.#error(`Unexpected single quote character ('), did you mean to use a double quote (")?`);
    }
    throw this.#error(`Cannot parse the unexpected character "${character}".`);
  }

  /** White space, commas, byte order marks and comments. */
  #skip(): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '\n' || character === '\r') this.#newLine();
      else if (character === ' ' || character === '\t' || character === ',' || character === '\ufeff')
        this.#at += 1;
      else if (character === '#') this.#match(/[^\n\r\0-\x08\x0b-\x1f]*/y);
      else return;
    }
  }

  #newLine(): void {
    this.#at += this.#text.startsWith('\r\n', this.#at) ? 2 : 1;
    this.#line += 1;
    this.#lineStart = this.#at;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += text.length;
    return text;
  }

  #positionAt(at: number): Position {
    let column = 1;
    for (let i = this.#lineStart; i < at; i += 1) {
      const unit = this.#text.charCodeAt(i);
      if (unit < 0xdc00 || unit > 0xdfff) column += 1;
    }
    return { line: this.#line, column };
  }

  #error(message: string): GraphqlError {
    return new GraphqlError(message, this.#positionAt(this.#at));
  }

  #describeNext(): string {
    const next = this.#text[this.#at];
    return next === undefined ? '<EOF>' : `"${next}"`;
  }

  #number(position: Position): Token {
    const start = this.#at;
    this.#match(/-?/y);
    const digits = () => {
      if (this.#match(/[0-9]*/y) === '') {
        throw this.#error(`Invalid number, expected digit but got: ${this.#describeNext()}.`);
      }
    };
    if (this.#text[this.#at] === '0') {
      this.#at += 1;
      if (/[0-9]/.test(this.#text[this.#at] ?? '')) {
        throw this.#error(`Invalid number, unexpected digit after 0: ${this.#describeNext()}.`);
      }
    } else {
      digits();
    }
    let kind: TokenKind = 'Int';
    if (this.#match(/\.?/y) !== '') {
      kind = 'Float';
      digits();
    }
    if (this.#match(/(?:[eE][-+]?)?/y) !== '') {
      kind = 'Float';
      digits();
    }
    return { kind, value: this.#text.slice(start, this.#at), position };
  }

  #string(position: Position): Token {
    // gqlparser puts a string where its content starts.
    const place = { line: position.line, column: position.column + 1 };
    this.#at += 1;
    const parts: string[] = [];
    for (;;) {
      parts.push(this.#match(/[^"\\\n\r\0-\x08\x0b-\x1f]*/y));
      const character = this.#text[this.#at];
      if (character === '"') {
        this.#at += 1;
        return { kind: 'String', value: parts.join(''), position: place };
      }
      if (character === undefined || character === '\n' || character === '\r') {
        throw this.#error('Unterminated string.');
      }
      if (character !== '\\') throw this.#error(`Invalid character within String: "${escaped(character)}".`);
      parts.push(this.#escape());
    }
  }

  #escape(): string {
    this.#at += 1;
    const rest = this.#text.slice(this.#at, this.#at + 5);
    if (rest === '') throw this.#error('Invalid character escape sequence.');
    if (rest[0] !== 'u') {
      const value = Object.hasOwn(escapes, rest[0] as string) ? escapes[rest[0] as string] : undefined;
      if (value === undefined) throw this.#error(`Invalid character escape sequence: \\${rest[0]}.`);
      this.#at += 1;
      return value;
    }
    if (!/^u[0-9a-fA-F]{4}$/.test(rest)) throw this.#error(`Invalid character escape sequence: \\${rest}.`);
    this.#at += 5;
    return String.fromCharCode(Number.parseInt(rest.slice(1), 16)).toWellFormed();
  }

  #blockString(position: Position): Token {
    this.#at += 3;
    const parts: string[] = [];
    for (;;) {
      parts.push(this.#match(/[^"\\\n\r\0-\x08\x0b-\x1f]*/y));
      const character = this.#text[this.#at];
      if (character === undefined) throw this.#error('Unterminated string.');
      if (character === '"') {
        const quotes = this.#match(/"*/y);
        if (quotes.length >= 3) {
          parts.push(quotes.slice(3));
          const place = { line: this.#line, column: position.column + 3 };
          return { kind: 'BlockString', value: blockValue(parts.join('')), position: place };
        }
        parts.push(quotes);
      } else if (this.#text.startsWith('\\"""', this.#at)) {
        this.#at += 4;
        parts.push('"""');
      } else if (character === '\\') {
        this.#at += 1;
        parts.push('\\');
      } else if (character === '\n' || character === '\r') {
        this.#newLine();
        parts.push('\n');
      } else {
        throw this.#error(`Invalid character within String: "${escaped(character)}".`);
      }
    }
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Without the indentation that its lines share and without blank lines around it (section 2.9.4); the first line counts too. */
function blockValue(raw: string): string {
  const lines = raw.split('\n');
  const indents = lines.map((line) => line.search(/[^ \t]/)).filter((indent) => indent >= 0);
  const common = indents.reduce((least, indent) => Math.min(least, indent), Number.POSITIVE_INFINITY);
  const cut = lines.map((line, index) =>
    index === 0 || common === Number.POSITIVE_INFINITY ? line : line.slice(common),
  );
  const isBlank = (line: string | undefined) => line !== undefined && /^[ \t]*$/.test(line);
  let start = 0;
  let end = cut.length;
  while (start < end && isBlank(cut[start])) start += 1;
  while (start < end && isBlank(cut[end - 1])) end -= 1;
  return cut.slice(start, end).join('\n');
}
