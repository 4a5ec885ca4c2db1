import { collect, verifyStream } from '../digest/verify-stream.ts';
import { isOciError, OciError } from '../error.ts';
import type { AccessRequest } from './authenticator.ts';
import type { Place } from './place.ts';
import { discardBody, header, type TransportResponse } from './transport.ts';

/** Content up to this size is gathered before it is sent, so that the upload can be repeated. */
const gatherBytes = 4 * 1024 * 1024;
const octets = 'application/octet-stream';

/** One upload in a POST and a PUT (distribution-spec, "POST then PUT"), begun anew when it breaks. */
export async function uploadBytes(target: Place, digest: string, content: Uint8Array): Promise<void> {
  await target.connection.repeat(async () => {
    const location = await begin(target);
    await finish(target, location, digest, content, content.byteLength);
  }, target.signal);
}

/**
 * Uploads a stream of known digest and size, which is checked on the way out. Without `chunkSize` it is one PUT,
 * and fails with the connection; with it, PATCH requests of that many bytes, each repeated from where the
 * registry stands.
 */
export async function uploadStream(
  target: Place,
  content: AsyncIterable<Uint8Array>,
  expected: { digest: string; size: number },
  chunkSize?: number,
): Promise<void> {
  const verified = verifyStream(content, expected, 'the content to upload');
  if (expected.size <= gatherBytes) {
    const bytes = await collect(verified, gatherBytes, () => new Error('unreachable: the size is verified'));
    return await uploadBytes(target, expected.digest, bytes);
  }
  const location = await begin(target);
  try {
    if (chunkSize === undefined)
      return await finish(target, location, expected.digest, verified, expected.size);
    const end = await sendChunks(target, location, verified, chunkSize);
    await finish(target, end, expected.digest, undefined, 0);
  } catch (error) {
    await cancelUpload(target, location);
    throw error;
  }
}

/**
 * Asks for a blob of another repository of the registry; false when it has to be uploaded. The upload that the
 * registry may have opened instead is cancelled.
 */
export async function mount(target: Place, digest: string, from: string): Promise<boolean> {
  const query = new URLSearchParams({ mount: digest, from });
  const response = await target.connection.send({
    method: 'POST',
    target: `${target.path}/blobs/uploads/?${query}`,
    access: { path: target.path, actions: 'pull,push', from },
    headers: { 'Content-Length': '0' },
    signal: target.signal,
    expect: [201, 202, 404],
    what: target.path,
  });
  await discardBody(response);
  if (response.status === 202) await cancelUpload(target, target.connection.locationOf(response));
  return response.status === 201;
}

async function begin(target: Place): Promise<URL> {
  const response = await target.connection.send({
    method: 'POST',
    target: `${target.path}/blobs/uploads/`,
    access: writeAccess(target),
    headers: { 'Content-Length': '0' },
    signal: target.signal,
    expect: [202],
    what: target.path,
    notFound: 'NameUnknown',
  });
  await discardBody(response);
  return target.connection.locationOf(response);
}

async function finish(
  target: Place,
  location: URL,
  digest: string,
  body: Uint8Array | AsyncIterable<Uint8Array> | undefined,
  size: number,
): Promise<void> {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  const response = await target.connection.send({
    method: 'PUT',
    target: url,
    access: writeAccess(target),
    headers: { 'Content-Length': String(size), ...(size > 0 && { 'Content-Type': octets }) },
    ...(size > 0 && body && { body }),
    signal: target.signal,
    expect: [201, 204],
    what: `${target.path}@${digest}`,
    notFound: 'UploadUnknown',
  });
  await discardBody(response);
}

async function sendChunks(
  target: Place,
  location: URL,
  content: AsyncIterable<Uint8Array>,
  chunkSize: number,
): Promise<URL> {
  let next = location;
  let offset = 0;
  for await (const chunk of chunksOf(content, chunkSize)) {
    next = await sendChunk(target, next, chunk, offset);
    offset += chunk.byteLength;
  }
  return next;
}

/** Sends one chunk; after a break or 416, asks where the upload stands and sends what is missing. */
async function sendChunk(target: Place, location: URL, chunk: Uint8Array, offset: number): Promise<URL> {
  let rest = chunk;
  let from = offset;
  let where = location;
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await target.connection.send({
        method: 'PATCH',
        target: where,
        access: writeAccess(target),
        headers: {
          'Content-Type': octets,
          'Content-Length': String(rest.byteLength),
          'Content-Range': `${from}-${from + rest.byteLength - 1}`,
        },
        body: rest,
        signal: target.signal,
        expect: [202],
        what: target.path,
        notFound: 'UploadUnknown',
      });
      await discardBody(response);
      return target.connection.locationOf(response);
    } catch (error) {
      if (attempt === 3 || !isOciError(error, 'RangeInvalid', 'RegistryUnavailable')) throw error;
    }
    const status = await statusOf(target, where);
    if (status.received < offset || status.received > offset + chunk.byteLength) {
      throw new OciError(
        'UploadInvalid',
        `the upload to ${target.path} stands at ${status.received}, not ${from}`,
      );
    }
    where = status.location;
    if (status.received === offset + chunk.byteLength) return where;
    rest = chunk.subarray(status.received - offset);
    from = status.received;
  }
}

async function statusOf(target: Place, location: URL): Promise<{ received: number; location: URL }> {
  const response = await target.connection.send({
    method: 'GET',
    target: location,
    access: writeAccess(target),
    signal: target.signal,
    expect: [204],
    what: target.path,
    notFound: 'UploadUnknown',
  });
  await discardBody(response);
  return { received: receivedBytes(response), location: target.connection.locationOf(response) };
}

/** `Range: 0-<last>`; an upload without a byte also says `0-0`, so a single byte is sent again. */
function receivedBytes(response: TransportResponse): number {
  const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(header(response, 'range') ?? '')?.[1] ?? 0);
  return last === 0 ? 0 : last + 1;
}

async function cancelUpload(target: Place, location: URL): Promise<void> {
  try {
    const response = await target.connection.send({
      method: 'DELETE',
      target: location,
      access: { path: target.path, actions: 'pull,push' },
      signal: target.signal,
      expect: [204, 202, 404, 405],
      what: target.path,
    });
    await discardBody(response);
  } catch {
    // The registry forgets abandoned uploads by itself; the reason for cancelling is what matters.
  }
}

async function* chunksOf(content: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of content) {
    let rest = part;
    while (length + rest.byteLength >= size) {
      const cut = size - length;
      yield Buffer.concat([...parts, rest.subarray(0, cut)], size);
      rest = rest.subarray(cut);
      parts = [];
      length = 0;
    }
    if (rest.byteLength > 0) parts.push(rest);
    length += rest.byteLength;
  }
  if (length > 0) yield Buffer.concat(parts, length);
}

function writeAccess({ path }: Place): AccessRequest {
  return { path, actions: 'pull,push' };
}
