/** The kinds of token. Keywords lie between {@link Token.Package} and {@link Token.If}. */
export const Token = {
  Illegal: 0,
  Eof: 1,
  Ident: 2,
  Number: 3,
  String: 4,
  TemplatePart: 5,
  TemplateEnd: 6,
  RawTemplatePart: 7,
  RawTemplateEnd: 8,
  LeftBracket: 9,
  RightBracket: 10,
  LeftBrace: 11,
  RightBrace: 12,
  LeftParen: 13,
  RightParen: 14,
  Comma: 15,
  Colon: 16,
  Dot: 17,
  Semicolon: 18,
  Unify: 19,
  Assign: 20,
  Plus: 21,
  Minus: 22,
  Times: 23,
  Divide: 24,
  Remainder: 25,
  And: 26,
  Or: 27,
  Equal: 28,
  NotEqual: 29,
  Greater: 30,
  Less: 31,
  GreaterEqual: 32,
  LessEqual: 33,
  Package: 34,
  Import: 35,
  As: 36,
  Default: 37,
  Else: 38,
  Not: 39,
  Some: 40,
  With: 41,
  Null: 42,
  True: 43,
  False: 44,
  In: 45,
  Every: 46,
  Contains: 47,
  If: 48,
} as const;

/** What error messages call each token, by its number. */
export const tokenNames: readonly string[] = [
  'illegal',
  'eof',
  'identifier',
  'number',
  'string',
  'template-string-part',
  'template-string-end',
  'template-string-part',
  'template-string-end',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  ',',
  ':',
  '.',
  ';',
  'eq',
  'assign',
  'plus',
  'minus',
  'mul',
  'div',
  'rem',
  'and',
  'or',
  'equal',
  'neq',
  'gt',
  'lt',
  'gte',
  'lte',
  'package',
  'import',
  'as',
  'default',
  'else',
  'not',
  'some',
  'with',
  'null',
  'true',
  'false',
  'in',
  'every',
  'contains',
  'if',
];

/** How tightly an operator binds, by its token's number; 0: not an operator. Assignment and unification stand outside. */
export const precedences = precedenceTable();

export const inPrecedence = 1;
export const relationPrecedence = 2;

/** How operators are written, by their token's number. */
export const infixSigns: Readonly<Record<number, string>> = {
  [Token.Unify]: '=',
  [Token.Assign]: ':=',
  [Token.Plus]: '+',
  [Token.Minus]: '-',
  [Token.Times]: '*',
  [Token.Divide]: '/',
  [Token.Remainder]: '%',
  [Token.And]: '&',
  [Token.Or]: '|',
  [Token.Equal]: '==',
  [Token.NotEqual]: '!=',
  [Token.Greater]: '>',
  [Token.Less]: '<',
  [Token.GreaterEqual]: '>=',
  [Token.LessEqual]: '<=',
};

/** The keywords of version 0; the others had to be imported there. */
export const baseKeywords: ReadonlyMap<string, number> = new Map(
  tokenNames.slice(Token.Package, Token.False + 1).map((name, index) => [name, Token.Package + index]),
);

export const futureKeywords: ReadonlyMap<string, number> = new Map(
  tokenNames.slice(Token.In, Token.If + 1).map((name, index) => [name, Token.In + index]),
);

/** All keywords of version 1. */
export const keywords: ReadonlyMap<string, number> = new Map([...baseKeywords, ...futureKeywords]);

export function isKeywordToken(token: number): boolean {
  return token >= Token.Package;
}

function precedenceTable(): Uint8Array {
  const table = new Uint8Array(tokenNames.length);
  table[Token.In] = 1;
  for (let token = Token.Equal as number; token <= Token.LessEqual; token += 1) table[token] = 2;
  table[Token.Or] = 3;
  table[Token.And] = 4;
  table[Token.Plus] = table[Token.Minus] = 5;
  table[Token.Times] = table[Token.Divide] = table[Token.Remainder] = 6;
  return table;
}
