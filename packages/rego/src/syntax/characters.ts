import { Token } from './tokens.ts';

/** The token of a sign that stands alone, by its code; 0 for other characters. */
export const punctuation = punctuationTable();

function punctuationTable(): Uint8Array {
  const table = new Uint8Array(128);
  const signs = '[]{}(),:.;=+-*/%&|><';
  const tokens = [
    Token.LeftBracket,
    Token.RightBracket,
    Token.LeftBrace,
    Token.RightBrace,
    Token.LeftParen,
    Token.RightParen,
    Token.Comma,
    Token.Colon,
    Token.Dot,
    Token.Semicolon,
    Token.Unify,
    Token.Plus,
    Token.Minus,
    Token.Times,
    Token.Divide,
    Token.Remainder,
    Token.And,
    Token.Or,
    Token.Greater,
    Token.Less,
  ];
  tokens.forEach((token, index) => {
    table[signs.charCodeAt(index)] = token;
  });
  return table;
}

/** The token that a sign makes with `=` behind it. */
export function beforeEquals(code: number): number {
  if (code === 58) return Token.Assign;
  if (code === 61) return Token.Equal;
  if (code === 62) return Token.GreaterEqual;
  return code === 60 ? Token.LessEqual : Token.Illegal;
}

/** Whether a name may begin with it. */
export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

/** Whether a digit beyond ASCII stands there, which a name may hold. */
export function isOtherDigit(source: string, pos: number): boolean {
  return /^\p{Nd}/u.test(source.slice(pos, pos + 2));
}

/** Whether a backslash may stand before it: `" \ / b f n r t u`. */
export function isEscape(code: number): boolean {
  switch (code) {
    case 34:
    case 92:
    case 47:
    case 98:
    case 102:
    case 110:
    case 114:
    case 116:
    case 117:
      return true;
    default:
      return false;
  }
}
