import { CatalogError } from '../error.ts';

/** One reference that is trusted, from when and until when (RFC 3339). */
export interface TrustEntry {
  /** Digest of the bundle, or a commit. */
  ref: string;
  effective_on?: string;
  expires_on?: string;
}

/** Conforma's `trusted_tasks`: by `oci://repository:tag`, the newest first. */
export type TrustedTasks = Readonly<Record<string, readonly TrustEntry[]>>;

const dayMs = 24 * 60 * 60 * 1000;

/** Under which key a bundle is trusted: its repository with the tag, as pipelines refer to it. */
export function trustKey({ repository, tag }: { repository: string; tag?: string }): string {
  return `oci://${repository}${tag === undefined ? '' : `:${tag}`}`;
}

/**
 * The tasks with one more in front, without an expiry. Entries that had none expire after the overlap, so that pipelines have time to
 * change. What is trusted already, and in front, stays as it is.
 */
export function promote(
  tasks: TrustedTasks,
  key: string,
  ref: string,
  { now, overlapDays }: { now: Date; overlapDays: number },
): TrustedTasks {
  const present = tasks[key] ?? [];
  if (present[0]?.ref === ref && present[0].expires_on === undefined) return tasks;
  const expiry = new Date(now.getTime() + overlapDays * dayMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const older = present
    .filter((entry) => entry.ref !== ref)
    .map((entry) => (entry.expires_on === undefined ? { ...entry, expires_on: expiry } : entry));
  return { ...tasks, [key]: [{ ref }, ...older] };
}

/**
 * The tasks with references that are trusted no longer from a time on.
 * @param ref one reference, or undefined for all under the key
 * @throws CatalogError NotTrusted when there is nothing of it
 */
export function revoke(tasks: TrustedTasks, key: string, ref: string | undefined, on: Date): TrustedTasks {
  const present = tasks[key] ?? [];
  const isMeant = (entry: TrustEntry) => ref === undefined || entry.ref === ref;
  if (!present.some(isMeant)) {
    const known = Object.keys(tasks).sort();
    throw new CatalogError('NotTrusted', `${key}${ref === undefined ? '' : `@${ref}`} is not trusted`, {
      hint: known.length === 0 ? 'the trust data is empty' : `trusted are: ${known.join(', ')}`,
    });
  }
  const time = on.toISOString().replace(/\.\d+Z$/, 'Z');
  const revoked = present.map((entry) =>
    isMeant(entry) && !(entry.expires_on !== undefined && entry.expires_on < time)
      ? { ...entry, expires_on: time }
      : entry,
  );
  return { ...tasks, [key]: revoked };
}

/**
 * What two writers said who did not know of each other: every entry of both, and where both have one, the earlier expiry. The order
 * of the arguments does not matter, and nothing is lost, so any number of versions can be brought together.
 */
export function merge(a: TrustedTasks, b: TrustedTasks): TrustedTasks {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(keys.map((key) => [key, mergeEntries(a[key] ?? [], b[key] ?? [])]));
}

function mergeEntries(a: readonly TrustEntry[], b: readonly TrustEntry[]): TrustEntry[] {
  const byRef = new Map<string, TrustEntry>();
  for (const entry of [...a, ...b]) {
    const other = byRef.get(entry.ref);
    byRef.set(entry.ref, other ? stricter(entry, other) : entry);
  }
  return [...byRef.values()].sort(newestFirst);
}

function stricter(a: TrustEntry, b: TrustEntry): TrustEntry {
  const expires = [a.expires_on, b.expires_on].filter((time) => time !== undefined).sort()[0];
  const effective = [a.effective_on, b.effective_on]
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
  return {
    ref: a.ref,
    ...(effective !== undefined && { effective_on: effective }),
    ...(expires !== undefined && { expires_on: expires }),
  };
}

/** What lasts longest is newest; for ever is longer than any time. */
function newestFirst(a: TrustEntry, b: TrustEntry): number {
  const [first, second] = [a.expires_on ?? '~', b.expires_on ?? '~'];
  if (first !== second) return first > second ? -1 : 1;
  return a.ref < b.ref ? -1 : 1;
}
