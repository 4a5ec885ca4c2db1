import { OciError } from '../error.ts';
import { digestMismatch, hashFor, parseDigest } from './digest.ts';

/**
 * Passes a stream through and checks it on the way: the last chunk is held back until digest and size are met,
 * so whoever reads to the end has only seen the promised content. Works in `stream.pipeline` as a transform.
 *
 * @throws OciError `DigestMismatch` (while reading; too many bytes fail as soon as they come), `InvalidDigest`
 */
export async function* verifyStream(
  source: AsyncIterable<Uint8Array>,
  expected: { digest: string; size?: number },
  what = 'content',
): AsyncGenerator<Uint8Array, void, undefined> {
  const { algorithm } = parseDigest(expected.digest);
  const hash = hashFor(expected.digest);
  let size = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of source) {
    if (chunk.byteLength === 0) continue;
    size += chunk.byteLength;
    if (expected.size !== undefined && size > expected.size)
      throw sizeMismatch(what, expected.size, size, true);
    hash.update(chunk);
    if (held) yield held;
    held = chunk;
  }
  if (expected.size !== undefined && size !== expected.size)
    throw sizeMismatch(what, expected.size, size, false);
  const found = `${algorithm}:${hash.digest('hex')}`;
  if (found !== expected.digest) throw digestMismatch(what, expected.digest, found);
  if (held) yield held;
}

/**
 * Gathers a stream of at most `limit` bytes.
 *
 * @throws what `tooLarge` makes, as soon as the limit is passed
 */
export async function collect(
  source: AsyncIterable<Uint8Array>,
  limit: number,
  tooLarge: () => Error,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function sizeMismatch(what: string, expected: number, found: number, more: boolean): OciError {
  return new OciError(
    'DigestMismatch',
    `${what} should have ${expected} bytes but has ${more ? 'more' : found}`,
    { hint: 'the content was changed or cut short; fetch or push it again' },
  );
}
