import { isDigest } from '../digest/digest.ts';
import { OciError } from '../error.ts';
import { isTag } from '../reference/reference.ts';
import type { AccessRequest } from './authenticator.ts';
import type { RegistryConnection } from './connection.ts';
import { discardBody, header, readBody, type TransportResponse } from './transport.ts';

/** A repository on a registry, and the signal that ends requests for it. */
export interface Place {
  connection: RegistryConnection;
  /** Repository path on the host. */
  path: string;
  /** `<host>/<path>`. */
  repository: string;
  signal: AbortSignal | undefined;
}

const maxPageBytes = 16 * 1024 * 1024;
const maxPages = 1000;

export function readAccess({ path }: Place): AccessRequest {
  return { path, actions: 'pull' };
}

/** A tag or digest in full, for messages. */
export function nameOf({ repository }: Place, reference: string): string {
  return `${repository}${isDigest(reference) ? '@' : ':'}${reference}`;
}

/** Keeps a reference from being anything but one path segment. @throws OciError `InvalidReference` */
export function checkReference(reference: string): string {
  if (isDigest(reference) || isTag(reference)) return reference;
  throw new OciError(
    'InvalidReference',
    `${JSON.stringify(reference.slice(0, 160))} is neither a tag nor a digest`,
  );
}

/** PUT of a manifest; gives a 412 back to who set a condition: `If-Match`, or `If-None-Match` where that is absent. */
export async function putManifestBytes(
  place: Place,
  reference: string,
  bytes: Uint8Array,
  mediaType: string,
  ifMatch?: string | null,
): Promise<TransportResponse> {
  const response = await place.connection.send({
    method: 'PUT',
    target: `${place.path}/manifests/${checkReference(reference)}`,
    access: { path: place.path, actions: 'pull,push' },
    headers: {
      'Content-Type': mediaType,
      'Content-Length': String(bytes.byteLength),
      ...(ifMatch && { 'If-Match': ifMatch }),
      ...(ifMatch === null && { 'If-None-Match': '*' }),
    },
    body: bytes,
    signal: place.signal,
    expect: ifMatch !== undefined ? [201, 200, 412] : [201, 200],
    what: nameOf(place, reference),
    notFound: 'NameUnknown',
  });
  await discardBody(response);
  return response;
}

/**
 * Bodies of a paged list, following `Link` (RFC 8288) on the same server. Without `notFound`, a 404 or a refusal
 * of the path ends the list.
 */
export async function* readPages(
  place: Place,
  start: string,
  notFound?: 'NameUnknown',
): AsyncGenerator<Buffer, void, undefined> {
  let target: string | URL = start;
  for (let count = 0; count < maxPages; count++) {
    const response: TransportResponse = await place.connection.send({
      method: 'GET',
      target,
      access: readAccess(place),
      signal: place.signal,
      expect: notFound ? [200] : [200, 404, 400, 405],
      what: place.repository,
      ...(notFound && { notFound }),
    });
    if (response.status !== 200) return await discardBody(response);
    yield await readBody(response, maxPageBytes);
    const next = nextPage(response);
    if (!next) return;
    target = next;
  }
  throw new OciError(
    'RegistryError',
    `${place.connection.host} sends more than ${maxPages} pages for ${start}`,
  );
}

function nextPage(response: TransportResponse): URL | undefined {
  const link = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(header(response, 'link') ?? '')?.[1];
  if (!link || !URL.canParse(link, response.url.href)) return undefined;
  const url = new URL(link, response.url);
  return url.origin === response.url.origin ? url : undefined;
}
