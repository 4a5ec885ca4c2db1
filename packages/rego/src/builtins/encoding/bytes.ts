const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A text as UTF-8. A lone surrogate between U+DC80 and U+DCFF stands for one byte that was no UTF-8 (see {@link textOf});
 * other lone surrogates become U+FFFD.
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  if (text.isWellFormed()) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const unit = character.charCodeAt(0);
    if (character.length === 1 && unit >= 0xdc80 && unit <= 0xdcff) bytes.push(unit - 0xdc00);
    else for (const byte of encoder.encode(character)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** Bytes as text: what is no UTF-8 is kept byte by byte as lone surrogates, so that {@link bytesOf} gives the same bytes back. */
export function textOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return salvaged(bytes);
  }
}

function salvaged(bytes: Uint8Array): string {
  const parts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      parts.push(String.fromCharCode(0xdc00 + (bytes[at] as number)));
      at += 1;
    } else {
      parts.push(strict.decode(bytes.subarray(at, at + length)));
      at += length;
    }
  }
  return parts.join('');
}

/** The length of the well-formed sequence that starts here, 0 if there is none (Unicode, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const second = bytes[at + 1] ?? 0;
  if (first >= 0xc2 && first <= 0xdf) return isTail(second) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const least = first === 0xe0 ? 0xa0 : 0x80;
    const greatest = first === 0xed ? 0x9f : 0xbf;
    return second >= least && second <= greatest && isTail(bytes[at + 2]) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const least = first === 0xf0 ? 0x90 : 0x80;
    const greatest = first === 0xf4 ? 0x8f : 0xbf;
    const tails = isTail(bytes[at + 2]) && isTail(bytes[at + 3]);
    return second >= least && second <= greatest && tails ? 4 : 0;
  }
  return 0;
}

function isTail(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte <= 0xbf;
}
