const longestPrefix = 40;
const suffixCharacters = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * The name of a Snapshot: `<prefix>-<YYYYMMDD>-<HHMMSS>-<mmm>-<2 characters>`, at most 63 characters. The same prefix, time and seed
 * always give the same name, so that a Snapshot that is made again is the one that was made before.
 * @param seed tells Snapshots of one moment apart; say, the uid of the build
 */
export function snapshotName(prefix: string, time: Date, seed: string): string {
  const digits = time.toISOString().replace(/\D/g, '');
  const stamp = `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${digits.slice(14, 17)}`;
  return `${prefix.slice(0, longestPrefix).replace(/[^a-z0-9]+$/, '')}-${stamp}-${suffix(seed)}`;
}

function suffix(seed: string): string {
  let hash = 0;
  for (const character of seed) hash = (Math.imul(hash, 31) + character.codePointAt(0)!) >>> 0;
  const size = suffixCharacters.length;
  return suffixCharacters[hash % size]! + suffixCharacters[Math.floor(hash / size) % size]!;
}
