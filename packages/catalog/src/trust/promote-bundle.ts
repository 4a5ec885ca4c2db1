import { type ContentStore, isOciError } from '@assay/oci';
import { type Bundle, readBundle } from '../bundle/read-bundle.ts';
import { checkObject, type Finding } from '../check/check-task.ts';
import { CatalogError } from '../error.ts';
import { type TrustPlace, type TrustVersion, updateTrust } from './trust-store.ts';
import { promote, revoke, trustKey } from './trusted-tasks.ts';

export interface PromoteOptions {
  /** The content store of a repository. */
  store(repository: string): ContentStore;
  trust: TrustPlace;
  now: Date;
  /** How long what was newest until now is still trusted. @default 60 */
  overlapDays?: number;
}

/** A bundle that is trusted from now on. */
export interface Promotion {
  key: string;
  bundle: Bundle;
  version: TrustVersion;
}

/**
 * Makes a bundle trusted: every object in it has to pass its checks first.
 * @param reference with a tag, under which pipelines refer to it
 * @throws CatalogError InvalidBundle, TaskRefused
 */
export async function promoteBundle(reference: string, options: PromoteOptions): Promise<Promotion> {
  const bundle = await readBundle(options.store(repositoryOf(reference)), reference);
  const findings = bundle.objects.flatMap(checkObject);
  if (findings.length > 0) throw refused(reference, findings);
  const key = trustKey(bundle);
  const { now, overlapDays = 60 } = options;
  const version = await updateTrust(
    options.trust,
    (tasks) => promote(tasks, key, bundle.digest, { now, overlapDays }),
    { now, reason: `promote ${key}@${bundle.digest}` },
  );
  return { key, bundle, version };
}

/** Ends the trust in a bundle, or without a digest in all of its versions, at a time. @throws CatalogError NotTrusted */
export async function revokeBundle(
  { repository, tag, digest }: { repository: string; tag?: string; digest?: string },
  { trust, now, on }: { trust: TrustPlace; now: Date; on: Date },
): Promise<TrustVersion> {
  const key = trustKey({ repository, ...(tag !== undefined && { tag }) });
  return updateTrust(trust, (tasks) => revoke(tasks, key, digest, on), {
    now,
    reason: `revoke ${key}${digest === undefined ? '' : `@${digest}`}`,
  });
}

/**
 * Refuses a version that is published already with other content; the same content is no new version.
 * @throws CatalogError VersionTaken
 */
export async function requireNewVersion(
  store: ContentStore,
  { repository, tag }: { repository: string; tag: string },
  digest: string,
): Promise<void> {
  const present = await store.resolve(repository, tag).catch((error: unknown) => {
    if (isOciError(error, 'ManifestUnknown') || isOciError(error, 'NameUnknown')) return undefined;
    throw error;
  });
  if (!present || present.digest === digest) return;
  throw new CatalogError('VersionTaken', `${repository}:${tag} is published with other content`, {
    hint: 'a changed task needs a new version: raise its label app.kubernetes.io/version',
  });
}

function repositoryOf(reference: string): string {
  return reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

function refused(reference: string, findings: readonly Finding[]): CatalogError {
  const list = findings.map(({ place, message }) => `${place}: ${message}`).join('; ');
  return new CatalogError('TaskRefused', `${reference} is not promoted: ${list}`, {
    hint: 'mend the task, raise its version, and bundle it again',
  });
}
