import type { Descriptor } from '../content.ts';
import { OciError } from '../error.ts';
import { maxManifestBytes, mediaTypes } from '../media-types.ts';
import { nameOf, type Place, putManifestBytes, readAccess, readPages } from './place.ts';
import { decodeIndex, encodeIndex, referrersTag } from './referrers-tag.ts';
import { discardBody, header, readBody } from './transport.ts';

/** Ends of the queues that keep two changes of one referrers tag apart, by repository and tag. */
export type TagQueues = Map<string, Promise<void>>;

type IndexChange = (index: Descriptor[]) => Descriptor[] | undefined;

const maxConflicts = 5;

/** Referrers of a digest: from the API, or from the tag on a registry without (distribution-spec, "Listing Referrers"). */
export async function listReferrers(
  place: Place,
  digest: string,
  artifactType?: string,
): Promise<Descriptor[]> {
  return (
    (await referrersFromApi(place, digest, artifactType)) ?? (await readReferrersTag(place, digest)).index
  );
}

/** Whether the registry has the referrers API; asked once a registry. */
export async function hasReferrersApi(place: Place, digest: string): Promise<boolean> {
  if (place.connection.hasReferrersApi === undefined) await referrersFromApi(place, digest);
  return place.connection.hasReferrersApi ?? false;
}

/**
 * Reads, changes and writes the index of referrers: one change at a time in this process, `If-Match` against
 * others where the registry has entity tags. `change` gives undefined to leave the index alone.
 *
 * @throws OciError `ManifestInvalid` when the tag holds anything but an image index
 */
export function changeReferrersTag(
  place: Place,
  queues: TagQueues,
  subject: string,
  change: IndexChange,
): Promise<void> {
  const key = `${place.repository}:${referrersTag(subject)}`;
  const turn = (queues.get(key) ?? Promise.resolve())
    .catch(() => {})
    .then(() => rewriteReferrersTag(place, subject, change));
  queues.set(key, turn);
  const leave = () => {
    if (queues.get(key) === turn) queues.delete(key);
  };
  turn.then(leave, leave);
  return turn;
}

/** The API's answer; undefined on a registry without it. */
async function referrersFromApi(
  place: Place,
  digest: string,
  artifactType?: string,
): Promise<Descriptor[] | undefined> {
  const { connection, path } = place;
  if (connection.hasReferrersApi === false) return undefined;
  const query = artifactType ? `?${new URLSearchParams({ artifactType })}` : '';
  let found: Map<string, Descriptor> | undefined;
  for await (const page of readPages(place, `${path}/referrers/${digest}${query}`)) {
    const index = decodeIndex(page);
    if (!index) {
      found = undefined;
      break;
    }
    found ??= new Map();
    for (const descriptor of index) found.set(descriptor.digest, descriptor);
  }
  connection.hasReferrersApi = found !== undefined;
  return found && [...found.values()];
}

async function readReferrersTag(
  place: Place,
  subject: string,
): Promise<{ index: Descriptor[]; etag?: string; valid: boolean }> {
  const tag = referrersTag(subject);
  const response = await place.connection.send({
    method: 'GET',
    target: `${place.path}/manifests/${tag}`,
    access: readAccess(place),
    headers: { Accept: mediaTypes.index },
    signal: place.signal,
    expect: [200, 404],
    what: nameOf(place, tag),
  });
  if (response.status === 404) {
    await discardBody(response);
    return { index: [], valid: true };
  }
  const index = decodeIndex(await readBody(response, maxManifestBytes));
  const etag = header(response, 'etag');
  return { index: index ?? [], valid: index !== undefined, ...(etag && { etag }) };
}

async function rewriteReferrersTag(place: Place, subject: string, change: IndexChange): Promise<void> {
  const tag = referrersTag(subject);
  for (let attempt = 1; attempt <= maxConflicts; attempt++) {
    const { index, etag, valid } = await readReferrersTag(place, subject);
    if (!valid) {
      throw new OciError(
        'ManifestInvalid',
        `${nameOf(place, tag)} is not an image index, but its name is for referrers`,
        { hint: `remove the tag ${tag}, or give it another name` },
      );
    }
    const changed = change(index);
    if (!changed) return;
    const response = await putManifestBytes(place, tag, encodeIndex(changed), mediaTypes.index, etag);
    if (response.status !== 412) return;
  }
  throw new OciError('RegistryUnavailable', `others keep changing ${nameOf(place, tag)}`, {
    hint: 'try again',
  });
}
