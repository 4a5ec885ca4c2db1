import type { FastifyReply } from 'fastify';
import { isDigest } from '../digest/digest.ts';
import { collect } from '../digest/verify-stream.ts';
import { isOciError, OciError } from '../error.ts';
import { maxManifestBytes, mediaTypes } from '../media-types.ts';
import { isTag } from '../reference/reference.ts';
import { sendErrorCode } from './errors.ts';
import { contentOf, type Exchange, pageOf, storeName } from './exchange.ts';

const maxTagsAtOnce = 64;

/** GET and HEAD of a manifest by tag or digest, byte for byte as it was pushed. */
export async function getManifest({
  request,
  reply,
  options,
  name,
  target,
}: Exchange): Promise<FastifyReply> {
  const { store } = options;
  if (!isDigest(target) && !isTag(target))
    throw new OciError('ManifestUnknown', `${name} has no such manifest`);
  const head = request.method === 'HEAD';
  const { descriptor, bytes } = head
    ? { descriptor: await store.resolve(storeName(name), target), bytes: undefined }
    : await store.getManifest(storeName(name), target);
  const { digest, mediaType, size } = descriptor;
  reply.header('content-type', mediaType).header('content-length', size);
  reply.header('docker-content-digest', digest).header('etag', `"${digest}"`);
  return reply.send(bytes);
}

/** PUT of a manifest; `?tag=` sets further tags (distribution-spec, "Pushing Manifests"). */
export async function putManifest(exchange: Exchange): Promise<FastifyReply> {
  const { request, reply, name, target, query } = exchange;
  const tags = query.getAll('tag');
  if (tags.length > maxTagsAtOnce) {
    return sendErrorCode(reply, 414, 'SIZE_INVALID', `more than ${maxTagsAtOnce} tags in one request`);
  }
  const tooLarge = () => new OciError('ManifestTooLarge', `the manifest exceeds ${maxManifestBytes} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > maxManifestBytes) throw tooLarge();
  const bytes = await collect(contentOf(exchange), maxManifestBytes, tooLarge);
  const mediaType = request.headers['content-type']?.split(';', 1)[0]?.trim();
  const { descriptor, subject } = await store(exchange, bytes, mediaType, tags);
  await announce(exchange, { descriptor, tags: isDigest(target) ? tags : [target, ...tags], subject });
  if (subject) reply.header('oci-subject', subject);
  if (tags.length > 0) reply.header('oci-tag', tags);
  reply.header('location', `/v2/${name}/manifests/${descriptor.digest}`);
  return reply.header('docker-content-digest', descriptor.digest).code(201).send();
}

export async function deleteManifest({ reply, options, name, target }: Exchange): Promise<FastifyReply> {
  await options.store.deleteManifest(storeName(name), target);
  return reply.code(202).send();
}

/** Tags in lexical order, `n` at a time after `last` (distribution-spec, "Listing Tags"). */
export async function listTags({ reply, options, name, query }: Exchange): Promise<FastifyReply> {
  const tags = await options.store.listTags(storeName(name));
  const { page, next } = pageOf(tags, query);
  if (next) reply.header('link', `</v2/${name}/tags/list?${next}>; rel="next"`);
  return reply
    .header('content-type', 'application/json')
    .send(Buffer.from(JSON.stringify({ name, tags: page })));
}

/** Manifests that name the digest as their subject, an empty index for none (distribution-spec, "Listing Referrers"). */
export async function listReferrers({
  reply,
  options,
  name,
  target,
  query,
}: Exchange): Promise<FastifyReply> {
  const artifactType = query.get('artifactType');
  const filter = artifactType ? { artifactType } : {};
  const manifests = await options.store.referrers(storeName(name), target, filter);
  if (artifactType) reply.header('oci-filters-applied', 'artifactType');
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }));
  return reply.header('content-type', mediaTypes.index).send(body);
}

async function store(
  { request, options, name, target }: Exchange,
  bytes: Uint8Array,
  mediaType: string | undefined,
  tags: readonly string[],
): ReturnType<typeof options.store.storeManifest> {
  try {
    return await options.store.storeManifest(storeName(name), target, bytes, {
      mediaType,
      tags,
      accepts: ifMatch(request.headers['if-match']) ?? ifNoneMatch(request.headers['if-none-match']),
    });
  } catch (error) {
    // Within a manifest's PUT these two are faults of the manifest and of the tag.
    if (isOciError(error, 'BlobUnknown')) throw new ManifestBlobUnknown(error);
    if (isOciError(error, 'InvalidReference'))
      throw new OciError('ManifestInvalid', error.message, { cause: error });
    throw error;
  }
}

/** A manifest that names a blob the repository lacks: MANIFEST_BLOB_UNKNOWN. */
export class ManifestBlobUnknown extends Error {
  constructor(cause: OciError) {
    super(cause.hint ? `${cause.message}; ${cause.hint}` : cause.message, { cause });
  }
}

/** The condition of an If-Match header (RFC 9110, section 13.1.1) on the digest a reference has. */
function ifMatch(header: string | undefined): ((current: string | undefined) => boolean) | undefined {
  if (header === undefined) return undefined;
  const tags = header.split(',').map((tag) => tag.trim());
  return (current) => current !== undefined && tags.some((tag) => tag === '*' || tag === `"${current}"`);
}

/** An If-None-Match header with `*` (section 13.1.2): the reference must not exist. */
function ifNoneMatch(header: string | undefined): ((current: string | undefined) => boolean) | undefined {
  return header?.trim() === '*' ? (current) => current === undefined : undefined;
}

async function announce(
  { request, options, name }: Exchange,
  event: {
    descriptor: Parameters<NonNullable<typeof options.onPush>>[0]['descriptor'];
    tags: readonly string[];
    subject: string | undefined;
  },
): Promise<void> {
  const { descriptor, tags, subject } = event;
  try {
    await options.onPush?.({ repository: name, descriptor, tags, ...(subject && { subject }) });
  } catch (error) {
    request.log.error(error, 'the push listener failed');
  }
}
