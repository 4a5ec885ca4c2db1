import type { FastifyReply } from 'fastify';
import { type DigestAlgorithm, isDigest, parseDigest } from '../digest/digest.ts';
import { OciError } from '../error.ts';
import { isRepositoryPath } from '../reference/reference.ts';
import { contentOf, type Exchange, storeName } from './exchange.ts';

/** POST to begin an upload, to upload in one request, or to mount (distribution-spec, "Pushing blobs"). */
export async function beginUpload(exchange: Exchange): Promise<FastifyReply> {
  const { options, name, query } = exchange;
  const mountDigest = query.get('mount');
  if (mountDigest !== null && (await mountBlob(exchange, mountDigest))) return created(exchange, mountDigest);
  const digest = query.get('digest');
  if (digest !== null) {
    const { algorithm } = parseDigest(digest);
    const id = await options.store.uploads.start(name, algorithm);
    try {
      await options.store.finishUpload(storeName(name), id, digest, { content: contentOf(exchange) });
    } catch (error) {
      await options.store.uploads.cancel(name, id).catch(() => {});
      throw error;
    }
    return created(exchange, digest);
  }
  const id = await options.store.uploads.start(name, readAlgorithm(query.get('digest-algorithm')));
  return progress(exchange, 202, id, 0);
}

/** PATCH with the next chunk; `Content-Range: <start>-<end>` must continue where the upload stands. */
export async function appendChunk(exchange: Exchange): Promise<FastifyReply> {
  const { options, name, target: id } = exchange;
  try {
    const size = await options.store.uploads.append(name, id, contentOf(exchange), chunkStart(exchange));
    return progress(exchange, 202, id, size);
  } catch (error) {
    await sayWhere(exchange, error);
    throw error;
  }
}

/** PUT with the digest, and the last or only chunk. */
export async function finishUpload(exchange: Exchange): Promise<FastifyReply> {
  const { options, name, target: id, query } = exchange;
  const digest = query.get('digest');
  if (digest === null) {
    throw new OciError('InvalidDigest', 'the upload cannot end without a digest', {
      hint: 'add ?digest=<digest>',
    });
  }
  parseDigest(digest);
  const start = chunkStart(exchange);
  const source = { content: contentOf(exchange), ...(start !== undefined && { start }) };
  try {
    await options.store.finishUpload(storeName(name), id, digest, source);
  } catch (error) {
    await sayWhere(exchange, error);
    throw error;
  }
  return created(exchange, digest);
}

export async function uploadStatus(exchange: Exchange): Promise<FastifyReply> {
  const { options, name, target: id } = exchange;
  return progress(exchange, 204, id, await options.store.uploads.size(name, id));
}

export async function cancelUpload({ reply, options, name, target: id }: Exchange): Promise<FastifyReply> {
  await options.store.uploads.cancel(name, id);
  return reply.code(204).send();
}

/** A mount reads another repository: without the right to pull it, the client has to show the content. */
async function mountBlob({ options, name, query, authorize }: Exchange, digest: string): Promise<boolean> {
  const from = query.get('from');
  if (from === null || !isDigest(digest) || !isRepositoryPath(from)) return false;
  try {
    await authorize({ repository: from, action: 'pull' });
  } catch {
    return false;
  }
  return await options.store.mountBlob(storeName(name), digest, storeName(from));
}

function chunkStart({ request }: Exchange): number | undefined {
  const text = request.headers['content-range'];
  if (text === undefined) return undefined;
  const match = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/.exec(text);
  const [start, end] = [Number(match?.[1]), Number(match?.[2])];
  const length = request.headers['content-length'];
  if (!match || end < start || (length !== undefined && Number(length) !== end - start + 1)) {
    throw new OciError('UploadInvalid', `Content-Range ${JSON.stringify(text)} does not describe the chunk`, {
      hint: 'write <first>-<last>, both counted from 0, for exactly the bytes sent',
    });
  }
  return start;
}

/** A chunk out of order is told where to go on. */
async function sayWhere(exchange: Exchange, error: unknown): Promise<void> {
  if (!(error instanceof OciError) || error.code !== 'RangeInvalid') return;
  const { reply, options, name, target: id } = exchange;
  const size = await options.store.uploads.size(name, id);
  reply.header('location', locationOf(exchange, id)).header('range', rangeOf(size));
}

function progress(exchange: Exchange, status: number, id: string, size: number): FastifyReply {
  const { reply } = exchange;
  reply.header('location', locationOf(exchange, id)).header('range', rangeOf(size));
  return reply.header('docker-upload-uuid', id).code(status).send();
}

function created({ reply, name }: Exchange, digest: string): FastifyReply {
  reply.header('location', `/v2/${name}/blobs/${digest}`).header('docker-content-digest', digest);
  return reply.code(201).send();
}

function locationOf({ name }: Exchange, id: string): string {
  return `/v2/${name}/blobs/uploads/${id}`;
}

/** The spec has no form for an empty upload: `0-0` then. */
function rangeOf(size: number): string {
  return `0-${Math.max(0, size - 1)}`;
}

function readAlgorithm(text: string | null): DigestAlgorithm {
  if (text === null || text === 'sha256' || text === 'sha512') return text ?? 'sha256';
  throw new OciError(
    'InvalidDigest',
    `digest algorithm ${JSON.stringify(text.slice(0, 40))} is not supported`,
    {
      hint: 'use sha256 or sha512',
    },
  );
}
