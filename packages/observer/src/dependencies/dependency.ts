/** Something that went into a build: `uri` and `digest` (algorithm to value), as v0.2's material. */
export interface Dependency {
  uri: string;
  digest: Record<string, string>;
}

interface Named {
  digest: Record<string, string>;
}

/**
 * Adds items to a list; one with the same name and at least one digest in common is merged into the entry that is
 * there. Returns a new list of new entries.
 */
export function mergeArtifacts<T extends Named>(
  list: readonly T[],
  items: readonly T[],
  nameOf: (item: T) => string,
): T[] {
  const merged = list.map((item) => ({ ...item, digest: { ...item.digest } }));
  for (const item of items) {
    const known = merged.find(
      (other) =>
        nameOf(other) === nameOf(item) &&
        Object.entries(item.digest).some(([algorithm, hex]) => other.digest[algorithm] === hex),
    );
    if (known === undefined) merged.push({ ...item, digest: { ...item.digest } });
    else Object.assign(known.digest, item.digest);
  }
  return merged;
}

export function mergeDependencies(list: readonly Dependency[], items: readonly Dependency[]): Dependency[] {
  return mergeArtifacts(list, items, (item) => item.uri);
}
