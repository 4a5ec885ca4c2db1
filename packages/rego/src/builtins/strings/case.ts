/**
 * Upper and lower case one character at a time, as Go's `unicode.ToUpper` and `ToLower` map them: never to more than one
 * character, and without regard to the neighbours.
 */
export function toUpper(text: string): string {
  if (ascii.test(text)) return text.toUpperCase();
  let out = '';
  for (const char of text) {
    const upper = char.toUpperCase();
    out += isOneCharacter(upper) ? upper : (simpleUpper(char) ?? char);
  }
  return out;
}

export function toLower(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  let out = '';
  for (const char of text) {
    const lower = char.toLowerCase();
    // The one character whose full lower case has two is the dotted capital I.
    out += isOneCharacter(lower) ? lower : 'i';
  }
  return out;
}

const ascii = /^[\0-\x7f]*$/;

function isOneCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && text.codePointAt(0)! > 0xffff);
}

/** Greek letters with iota subscript: their full upper case has two letters, their simple one is the capital with the iota beside it. */
function simpleUpper(char: string): string | undefined {
  const code = char.codePointAt(0)!;
  if (code >= 0x1f80 && code <= 0x1faf && (code & 0xf) < 8) return String.fromCodePoint(code + 8);
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return String.fromCodePoint(code + 9);
  return undefined;
}
