import { type ContentStore, canonicalJson, computeDigest, isOciError, mediaTypes } from '@assay/oci';
import { CatalogError } from '../error.ts';
import { merge, type TrustedTasks } from './trusted-tasks.ts';

const artifactType = 'application/vnd.cncf.openpolicyagent.config.v1+json';
const dataLayer = 'application/vnd.cncf.openpolicyagent.data.layer.v1+json';
const title = 'org.opencontainers.image.title';
const fileName = 'trusted_tasks.json';
const historyPrefix = 'history-';
const parentsAnnotation = 'dev.assay.trust.parents';
const createdAnnotation = 'org.opencontainers.image.created';
const reasonAnnotation = 'org.opencontainers.image.description';
const maxRounds = 20;

/** Where trust data is: an OCI artifact that policies take as a data source. */
export interface TrustPlace {
  store: ContentStore;
  repository: string;
  /** @default latest */
  tag?: string;
}

/** One version of the trust data. */
export interface TrustVersion {
  digest: string;
  tasks: TrustedTasks;
  parents: string[];
  created: string;
  reason: string;
}

/** The trust data as it is, and undefined when there is none yet. @throws CatalogError InvalidTrustData */
export async function readTrust(place: TrustPlace): Promise<TrustVersion | undefined> {
  return readVersion(place, place.tag ?? 'latest');
}

/** Every version there was, the newest first. */
export async function trustHistory(place: TrustPlace): Promise<TrustVersion[]> {
  const versions = await Promise.all((await historyTags(place)).map((tag) => readVersion(place, tag)));
  return versions
    .filter((version) => version !== undefined)
    .sort((a, b) =>
      a.created === b.created ? (a.digest < b.digest ? 1 : -1) : a.created < b.created ? 1 : -1,
    );
}

/**
 * Changes the trust data. A registry has no way to write only if nobody else did; so every version also stands under a tag of its own, which
 * nobody overwrites, and the latest is made of all versions that no other one follows: what another wrote at the same
 * time is found, and brought together with this.
 *
 * @param change makes the new tasks from the present ones; called once
 * @throws CatalogError TrustDataContended when others write without end
 */
export async function updateTrust(
  place: TrustPlace,
  change: (tasks: TrustedTasks) => TrustedTasks,
  { now, reason }: { now: Date; reason: string },
): Promise<TrustVersion> {
  const created = now.toISOString();
  const present = await bringTogether(place, created);
  const tasks = change(present?.tasks ?? {});
  if (present && tasks === present.tasks) return present;
  const parents = present ? [present.digest] : [];
  await writeVersion(place, { tasks, parents, created, reason });
  return (await bringTogether(place, created))!;
}

/** Merges the versions that none follows until one is left, and makes that the latest. */
async function bringTogether(place: TrustPlace, created: string): Promise<TrustVersion | undefined> {
  for (let round = 0; round < maxRounds; round += 1) {
    const heads = headsOf(await trustHistory(place));
    const [head, ...others] = heads;
    if (!head) return undefined;
    if (others.length > 0) {
      await writeVersion(place, {
        tasks: heads.map(({ tasks }) => tasks).reduce(merge),
        parents: heads.map(({ digest }) => digest).sort(),
        created,
        reason: 'brings together what was written at the same time',
      });
      continue;
    }
    if ((await readTrust(place))?.digest !== head.digest) await point(place, head.digest);
    const after = headsOf(await trustHistory(place));
    if (after.length === 1 && after[0]!.digest === head.digest) return head;
  }
  throw new CatalogError('TrustDataContended', `the trust data in ${place.repository} keeps changing`, {
    hint: 'try again',
  });
}

function headsOf(versions: readonly TrustVersion[]): TrustVersion[] {
  const followed = new Set(versions.flatMap(({ parents }) => parents));
  return versions
    .filter(({ digest }) => !followed.has(digest))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

async function writeVersion(
  { store, repository }: TrustPlace,
  version: Omit<TrustVersion, 'digest'>,
): Promise<string> {
  const config = await store.putBlob(repository, canonicalJson({}));
  const data = await store.putBlob(repository, canonicalJson({ trusted_tasks: version.tasks }));
  const manifest = canonicalJson({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: artifactType, digest: config.digest, size: config.size },
    layers: [
      { mediaType: dataLayer, digest: data.digest, size: data.size, annotations: { [title]: fileName } },
    ],
    annotations: {
      [createdAnnotation]: version.created,
      [reasonAnnotation]: version.reason,
      ...(version.parents.length > 0 && { [parentsAnnotation]: version.parents.join(',') }),
    },
  });
  const digest = computeDigest(manifest);
  await store.putManifest(repository, historyTag(digest), manifest, mediaTypes.manifest);
  return digest;
}

async function point({ store, repository, tag = 'latest' }: TrustPlace, digest: string): Promise<void> {
  const { bytes, descriptor } = await store.getManifest(repository, digest);
  await store.putManifest(repository, tag, bytes, descriptor.mediaType);
}

function historyTag(digest: string): string {
  return `${historyPrefix}${digest.slice('sha256:'.length)}`;
}

async function historyTags({ store, repository }: TrustPlace): Promise<string[]> {
  try {
    return (await store.listTags(repository)).filter((tag) => tag.startsWith(historyPrefix));
  } catch (error) {
    if (isOciError(error, 'NameUnknown') || isOciError(error, 'ManifestUnknown')) return [];
    throw error;
  }
}

async function readVersion(place: TrustPlace, reference: string): Promise<TrustVersion | undefined> {
  const { store, repository } = place;
  try {
    const { bytes, descriptor } = await store.getManifest(repository, reference);
    const manifest = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
      layers?: { digest: string }[];
      annotations?: Record<string, string>;
    };
    const { annotations = {}, layers = [] } = manifest;
    const data = JSON.parse(
      Buffer.from(await store.getBlob(repository, layers[0]!.digest)).toString('utf8'),
    ) as { trusted_tasks?: TrustedTasks };
    return {
      digest: descriptor.digest,
      tasks: data.trusted_tasks ?? {},
      parents: annotations[parentsAnnotation]?.split(',') ?? [],
      created: annotations[createdAnnotation] ?? '',
      reason: annotations[reasonAnnotation] ?? '',
    };
  } catch (error) {
    if (isOciError(error, 'ManifestUnknown') || isOciError(error, 'NameUnknown')) return undefined;
    if (isOciError(error)) throw error;
    throw new CatalogError('InvalidTrustData', `${repository} at ${reference} holds no trust data`, {
      cause: error,
    });
  }
}
