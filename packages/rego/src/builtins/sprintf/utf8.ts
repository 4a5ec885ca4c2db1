/** The bytes of a string; a lone surrogate counts as U+FFFD. */
export function utf8Bytes(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}
