import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { chunked, readAll } from '../testing/example-content.ts';
import { computeDigest, isDigest, parseDigest, verifyDigest } from './digest.ts';
import { collect, verifyStream } from './verify-stream.ts';

const content = Buffer.from('content to verify');
const digest = computeDigest(content);

describe('digest', () => {
  it('is what the image-spec gives for the empty object', () => {
    const hex = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
    assert.equal(computeDigest('{}'), `sha256:${hex}`);
    assert.deepEqual(parseDigest(`sha256:${hex}`), { algorithm: 'sha256', hex });
  });

  it('knows sha512', () => {
    const long = computeDigest(content, 'sha512');
    assert.equal(parseDigest(long).algorithm, 'sha512');
    verifyDigest(content, long);
  });

  for (const text of [
    '',
    'sha256:',
    'sha256:abc',
    `SHA256:${'a'.repeat(64)}`,
    `sha256:${'g'.repeat(64)}`,
    `sha1:${'a'.repeat(40)}`,
    `sha512:${'a'.repeat(64)}`,
  ]) {
    it(`is not ${JSON.stringify(text.slice(0, 20))}`, () => {
      assert.equal(isDigest(text), false);
      assert.throws(() => parseDigest(text), { code: 'InvalidDigest' });
    });
  }

  it('tells changed content', () => {
    verifyDigest(content, digest);
    assert.throws(() => verifyDigest(Buffer.from('other'), digest), { code: 'DigestMismatch' });
  });
});

describe('verifyStream', () => {
  it('passes the promised content through, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, size) => {
          const expected = { digest: computeDigest(bytes), size: bytes.length };
          assert.deepEqual(await readAll(verifyStream(chunked(bytes, size), expected)), Buffer.from(bytes));
        },
      ),
    );
  });

  it('holds the end of wrong content back', async () => {
    const seen: Uint8Array[] = [];
    const read = async () => {
      for await (const chunk of verifyStream(chunked(Buffer.from('content to falsify'), 4), { digest }))
        seen.push(chunk);
    };
    await assert.rejects(read(), { code: 'DigestMismatch' });
    assert.equal(Buffer.concat(seen).toString(), 'content to falsi');
  });

  it('stops at the first byte too many', async () => {
    let pulled = 0;
    const endless = async function* () {
      for (;;) {
        pulled++;
        yield Buffer.alloc(10);
      }
    };
    await assert.rejects(readAll(verifyStream(endless(), { digest, size: 25 })), { code: 'DigestMismatch' });
    assert.equal(pulled, 3);
  });

  it('tells content cut short', async () => {
    const expected = { digest, size: content.length };
    await assert.rejects(readAll(verifyStream(chunked(content.subarray(1)), expected)), {
      code: 'DigestMismatch',
    });
  });

  it('is a transform of a pipeline', async () => {
    const written: Buffer[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        written.push(chunk);
        done();
      },
    });
    await pipeline(Readable.from([content]), (source) => verifyStream(source, { digest }), sink);
    assert.deepEqual(Buffer.concat(written), content);
  });
});

describe('collect', () => {
  it('stops at the limit', async () => {
    assert.deepEqual(
      await collect(chunked(content, 3), content.length, () => new Error('too large')),
      content,
    );
    await assert.rejects(
      collect(chunked(content, 3), content.length - 1, () => new Error('too large')),
      /too large/,
    );
  });
});
