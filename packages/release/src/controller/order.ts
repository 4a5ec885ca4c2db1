import type { Release } from '../resources/release.ts';

/**
 * Of Releases that write the same references the oldest goes first: the unfinished one before this, if there is any. The order is total, so
 * that two of them never wait for each other, and the last to be asked for is the last to be written.
 * @returns `namespace/name`
 */
export function olderWriter(
  release: Release,
  references: readonly string[],
  others: readonly Release[],
): string | undefined {
  const mine = new Set(references);
  const older = others.find(
    (other) =>
      other.metadata.uid !== release.metadata.uid &&
      other.status?.completionTime === undefined &&
      !other.metadata.deletionTimestamp &&
      isBefore(other, release) &&
      other.status?.artifacts?.targets?.some((reference) => mine.has(reference)),
  );
  return older && `${older.metadata.namespace}/${older.metadata.name}`;
}

function isBefore(a: Release, b: Release): boolean {
  return orderKey(a) < orderKey(b);
}

function orderKey({ metadata }: Release): string {
  return `${metadata.creationTimestamp} ${metadata.uid}`;
}
