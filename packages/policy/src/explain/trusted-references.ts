import { parseTime } from '../spec/effective-time.ts';

/** A reference that policy data trust. */
export interface TrustedReference {
  /** `oci://repository:tag` or `git+URL//path`. */
  key: string;
  /** Digest or commit. */
  ref: string;
  /** Until when, where it ends. */
  expiresOn?: Date;
}

/** `trusted_tasks` of policy data: each key with its references. Parts of another shape count for nothing. */
export function trustedReferences(data: unknown, at: Date): TrustedReference[] {
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, records]) =>
    (Array.isArray(records) ? records : []).flatMap((record: unknown): TrustedReference[] => {
      const { ref, expires_on } = (record ?? {}) as { ref?: unknown; expires_on?: unknown };
      if (typeof ref !== 'string') return [];
      const expiresOn = typeof expires_on === 'string' ? parseTime(expires_on) : undefined;
      if (expiresOn && expiresOn <= at) return [];
      return [{ key, ref, ...(expiresOn && { expiresOn }) }];
    }),
  );
}

/**
 * The newest trusted reference that could stand for `key`: of the same key, else of the same repository under another tag, the one that never
 * expires before those that do, latest first.
 */
export function newestTrusted(
  references: readonly TrustedReference[],
  key: string,
): TrustedReference | undefined {
  const untagged = (name: string) => name.replace(/:[^:/]*$/, '');
  const same = references.filter((reference) => reference.key === key);
  const related =
    same.length > 0 || !key.startsWith('oci://')
      ? same
      : references.filter((reference) => untagged(reference.key) === untagged(key));
  return related.toSorted(
    (a, b) =>
      compareVersions(b.key, a.key) ||
      (b.expiresOn?.getTime() ?? Number.POSITIVE_INFINITY) -
        (a.expiresOn?.getTime() ?? Number.POSITIVE_INFINITY) ||
      0,
  )[0];
}

/** Tags by their numbers: 0.10 is newer than 0.9. */
function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
