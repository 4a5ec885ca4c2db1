import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { parseDigest } from '../digest/digest.ts';
import { OciError } from '../error.ts';
import { type Exchange, storeName } from './exchange.ts';

/** GET and HEAD of a blob (distribution-spec, "Pulling blobs"), with one byte range (RFC 9110, section 14). */
export async function getBlob(exchange: Exchange): Promise<FastifyReply> {
  const { request, reply, options, name, target: digest } = exchange;
  parseDigest(digest);
  reply.header('docker-content-digest', digest).header('accept-ranges', 'bytes');
  reply.header('content-type', 'application/octet-stream');
  if (request.method === 'HEAD') {
    const size = await options.store.blobSize(storeName(name), digest);
    if (size === undefined) throw new OciError('BlobUnknown', `${name} has no blob ${digest}`);
    return reply.header('content-length', size).send();
  }
  const wanted = request.headers.range;
  let slice: { start: number; end: number } | undefined;
  const choose = (size: number) => {
    slice = parseRange(wanted ?? '', size);
    return slice ?? { start: 0, end: size - 1 };
  };
  const { size, stream } = await options.store.readBlob(storeName(name), digest, wanted ? choose : undefined);
  reply.header('content-length', slice ? slice.end - slice.start + 1 : size);
  if (slice) reply.code(206).header('content-range', `bytes ${slice.start}-${slice.end}/${size}`);
  return reply.send(stream instanceof Readable ? stream : Readable.from(stream, { objectMode: false }));
}

export async function deleteBlob({ reply, options, name, target: digest }: Exchange): Promise<FastifyReply> {
  parseDigest(digest);
  await options.store.deleteBlob(storeName(name), digest);
  return reply.code(202).send();
}

/** The range of a single-range header; undefined for forms we do not serve, which then mean the whole. */
function parseRange(text: string, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text);
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (start >= size || start > end) {
    throw new OciError('RangeInvalid', `${text} lies outside the blob's ${size} bytes`);
  }
  return { start, end };
}
