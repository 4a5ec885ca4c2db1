const encoder = new TextEncoder();

/** As Go's package time quotes a text in its errors: bytes outside printable ASCII as `\xNN`. */
export function quoted(text: string): string {
  let inside = '';
  for (const character of text) {
    if (character < ' ' || character > '\x7f') {
      for (const byte of encoder.encode(character)) inside += `\\x${byte.toString(16).padStart(2, '0')}`;
    } else {
      inside += character === '"' || character === '\\' ? `\\${character}` : character;
    }
  }
  return `"${inside}"`;
}
