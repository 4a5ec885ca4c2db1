/** Hex digits of each algorithm that a hint may name. */
const hexLengths: Record<string, number> = { sha1: 40, sha256: 64, sha384: 96, sha512: 128 };

export interface HintDigest {
  algorithm: string;
  hex: string;
}

/** Reads `<algorithm>:<hex>` as a build wrote it; undefined when it is no digest. White space around parts is let by. */
export function parseHintDigest(text: string): HintDigest | undefined {
  const parts = text.split(':');
  if (parts.length !== 2) return undefined;
  const algorithm = (parts[0] ?? '').trim().toLowerCase();
  const hex = (parts[1] ?? '').trim();
  if (!Object.hasOwn(hexLengths, algorithm) || hex.length !== hexLengths[algorithm]) return undefined;
  return /^[a-f0-9]+$/.test(hex) ? { algorithm, hex } : undefined;
}
