import { fault } from '../operands.ts';

/** A piece of a template: text, or what stands between `{{` and `}}` cut into tokens. */
export type Piece = { text: string } | { tokens: ActionToken[]; at: number };

export type ActionTokenKind =
  | 'space'
  | 'field'
  | 'variable'
  | 'word'
  | 'string'
  | 'number'
  | 'character'
  | 'dot'
  | 'sign'
  | 'end';

export interface ActionToken {
  kind: ActionTokenKind;
  /** Of a string, its value; of a field, its name without the dot. */
  text: string;
  at: number;
}

export function lineOf(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}

export function parseFault(source: string, at: number, message: string): Error {
  return fault(`template: template:${lineOf(source, at)}: ${message}`);
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Cuts a template (Go's package text/template) into pieces; trims white space where a delimiter has a dash. */
export function scanTemplate(source: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimNext = false;
  for (;;) {
    const open = source.indexOf('{{', at);
    let text = source.slice(at, open < 0 ? source.length : open);
    if (trimNext) text = text.replace(/^[ \t\r\n]+/, '');
    const trimBefore = open >= 0 && /^-[ \t\r\n]/.test(source.slice(open + 2, open + 4));
    if (trimBefore) text = text.replace(/[ \t\r\n]+$/, '');
    if (text !== '') pieces.push({ text });
    if (open < 0) return pieces;
    const start = open + 2 + (trimBefore ? 1 : 0);
    const comment = /^[ \t\r\n]*\/\*/.exec(source.slice(start, start + 64));
    let end: number;
    if (comment && (comment[0] === '/*' || trimBefore)) {
      const close = source.indexOf('*/', start + comment[0].length);
      if (close < 0) throw parseFault(source, open, 'unclosed comment');
      end = close + 2;
      if (!/^(?:[ \t\r\n]-)?\}\}/.test(source.slice(end, end + 4))) {
        throw parseFault(source, open, 'comment ends before closing delimiter');
      }
    } else {
      const tokens: ActionToken[] = [];
      end = scanAction(source, start, tokens);
      pieces.push({ tokens, at: open });
    }
    trimNext = source[end] !== '}';
    at = end + (trimNext ? 4 : 2);
  }
}

/** Reads tokens up to the closing delimiter and returns where that starts. */
function scanAction(source: string, start: number, tokens: ActionToken[]): number {
  let at = start;
  for (;;) {
    if (/^(?:[ \t\r\n]-)?\}\}/.test(source.slice(at, at + 4))) {
      tokens.push({ kind: 'end', text: '', at });
      return at;
    }
    const token = tokenAt(source, at);
    tokens.push(token.token);
    at = token.next;
  }
}

const patterns: readonly (readonly [ActionTokenKind, RegExp])[] = [
  ['space', /[ \t\r\n]+(?!-\}\})/y],
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  [
    'number',
    /[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y,
  ],
  ['word', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['dot', /\./y],
  ['sign', /:=|[!-~]/y],
];

function tokenAt(source: string, at: number): { token: ActionToken; next: number } {
  const first = source[at];
  if (first === undefined) throw parseFault(source, source.length, 'unclosed action');
  if (first === '"' || first === '`' || first === "'") return quotedAt(source, at, first);
  if (source.startsWith(' -}}', at - 1)) throw parseFault(source, at, 'unclosed action');
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text === undefined) continue;
    const bare = kind === 'field' ? text.slice(1) : text;
    return { token: { kind, text: bare, at }, next: at + text.length };
  }
  const code = (source.codePointAt(at) as number).toString(16).toUpperCase().padStart(4, '0');
  const character = String.fromCodePoint(source.codePointAt(at) as number);
  throw parseFault(source, at, `unrecognized character in action: U+${code} '${character}'`);
}

function quotedAt(source: string, at: number, quote: string): { token: ActionToken; next: number } {
  const what = quote === '`' ? 'raw quoted string' : quote === '"' ? 'quoted string' : 'character constant';
  let end = at + 1;
  while (end < source.length && source[end] !== quote && (quote === '`' || source[end] !== '\n')) {
    end += quote !== '`' && source[end] === '\\' ? 2 : 1;
  }
  if (source[end] !== quote) throw parseFault(source, at, `unterminated ${what}`);
  const inside = source.slice(at + 1, end);
  const text = quote === '`' ? inside.replaceAll('\r', '') : unquoted(inside);
  if (text === undefined) throw parseFault(source, at, 'invalid syntax');
  const kind = quote === "'" ? 'character' : 'string';
  return { token: { kind, text, at }, next: end + 1 };
}

function unquoted(inside: string): string | undefined {
  let valid = true;
  const text = inside.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.|$))/gs,
    (_, hex?: string, short?: string, long?: string, octal?: string, simple?: string) => {
      const digits = hex ?? short ?? long;
      const code = digits !== undefined ? Number.parseInt(digits, 16) : Number.parseInt(octal ?? '', 8);
      if (simple !== undefined && Object.hasOwn(simpleEscapes, simple))
        return simpleEscapes[simple] as string;
      if (simple !== undefined || code > 0x10ffff) {
        valid = false;
        return '';
      }
      return String.fromCodePoint(code);
    },
  );
  return valid ? text : undefined;
}
