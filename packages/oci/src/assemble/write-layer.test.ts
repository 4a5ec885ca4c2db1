import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import type { LayerEntry } from './layer-entry.ts';
import { type WriteLayerOptions, type WrittenLayer, writeLayer } from './write-layer.ts';

const epoch = 1_700_000_000;

async function writeToMemory(
  entries: LayerEntry[],
  options: Partial<WriteLayerOptions> = {},
): Promise<WrittenLayer & { bytes: Buffer }> {
  const chunks: Buffer[] = [];
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  const layer = await writeLayer(entries, { sourceDateEpoch: epoch, ...options, output });
  return { ...layer, bytes: Buffer.concat(chunks) };
}

interface TarEntry {
  name: string;
  type: string | null | undefined;
  mtime: number;
  linkname: string | null | undefined;
  content: string;
}

async function readTar(bytes: Buffer): Promise<TarEntry[]> {
  const found: TarEntry[] = [];
  const reader = Readable.from([bytes]).pipe(extract());
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(Buffer.from(chunk as Uint8Array));
    const { name, type, mtime, linkname } = entry.header;
    found.push({
      name,
      type,
      mtime: mtime!.getTime() / 1000,
      linkname,
      content: Buffer.concat(chunks).toString(),
    });
  }
  return found;
}

const file = (name: string, text = name): LayerEntry => ({
  type: 'file',
  name,
  mode: 0o644,
  content: Buffer.from(text),
});

test('a layer is sorted, carries one time, and its digest is that of its bytes', async () => {
  const layer = await writeToMemory([
    file('b/z'),
    { type: 'directory', name: '/b/', mode: 0o755 },
    file('./a'),
  ]);
  const entries = await readTar(layer.bytes);
  assert.deepEqual(
    entries.map((entry) => [entry.name, entry.mtime]),
    [
      ['a', epoch],
      ['b/', epoch],
      ['b/z', epoch],
    ],
  );
  assert.equal(layer.descriptor.digest, `sha256:${createHash('sha256').update(layer.bytes).digest('hex')}`);
  assert.equal(layer.descriptor.size, layer.bytes.length);
  assert.equal(layer.diffId, layer.descriptor.digest);
});

test('a gzip layer keeps the diff id of the plain one and names no operating system', async () => {
  const plain = await writeToMemory([file('a')]);
  const gzip = await writeToMemory([file('a')], { compression: 'gzip' });
  assert.equal(gzip.diffId, plain.diffId);
  assert.notEqual(gzip.descriptor.digest, plain.descriptor.digest);
  assert.equal(gzip.descriptor.mediaType, 'application/vnd.oci.image.layer.v1.tar+gzip');
  assert.deepEqual(gunzipSync(gzip.bytes), plain.bytes);
  assert.deepEqual([...gzip.bytes.subarray(4, 10)], [0, 0, 0, 0, 0, 0xff]);
});

test('deferred content gives the same digest as content in memory', async () => {
  const deferred: LayerEntry = {
    type: 'file',
    name: 'a',
    mode: 0o644,
    content: {
      size: 6,
      async *read() {
        yield Buffer.from('one');
        yield Buffer.from('two');
      },
    },
  };
  assert.equal((await writeToMemory([deferred])).diffId, (await writeToMemory([file('a', 'onetwo')])).diffId);
});

test('content shorter than it promised fails', async () => {
  const short: LayerEntry = {
    type: 'file',
    name: 'a',
    mode: 0o644,
    content: {
      size: 6,
      async *read() {
        yield Buffer.from('one');
      },
    },
  };
  await assert.rejects(writeToMemory([short]));
});

test('the first name of hard links carries the content, whichever did in the input', async () => {
  const link = (name: string, target: string): LayerEntry => ({ type: 'hardlink', name, mode: 0, target });
  const one = await writeToMemory([file('c', 'x'), link('a', '/c'), link('b', 'a')]);
  const two = await writeToMemory([file('a', 'x'), link('b', 'a'), link('c', 'b')]);
  assert.equal(one.diffId, two.diffId);
  const entries = await readTar(one.bytes);
  assert.deepEqual(
    entries.map((entry) => [entry.name, entry.type, entry.linkname, entry.content]),
    [
      ['a', 'file', null, 'x'],
      ['b', 'link', 'a', ''],
      ['c', 'link', 'a', ''],
    ],
  );
});

test('names that leave the root, occur twice or link to nothing are refused', async () => {
  const refused = (entries: LayerEntry[]) => assert.rejects(writeToMemory(entries), { code: 'LayerInvalid' });
  await refused([file('../a')]);
  await refused([file('a/../../b')]);
  await refused([file('/')]);
  await refused([file('a'), file('./a')]);
  await refused([{ type: 'hardlink', name: 'a', mode: 0, target: 'nowhere' }]);
  await refused([
    { type: 'hardlink', name: 'a', mode: 0, target: 'b' },
    { type: 'hardlink', name: 'b', mode: 0, target: 'a' },
  ]);
});

test('names longer than a tar header holds survive', async () => {
  const long = `${'d'.repeat(120)}/${'é'.repeat(120)}`;
  const layer = await writeToMemory([file(long)]);
  assert.deepEqual(
    (await readTar(layer.bytes)).map((entry) => entry.name),
    [long],
  );
});

test('property: the order of the entries never reaches the digest, a content or a mode always does', async () => {
  const name = fc.stringMatching(/^[a-z]{1,3}(\/[a-z]{1,3}){0,3}$/);
  const entries = fc.uniqueArray(fc.record({ name, text: fc.string(), executable: fc.boolean() }), {
    selector: (entry) => entry.name,
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(entries, fc.infiniteStream(fc.nat()), async (list, keys) => {
      const layer: LayerEntry[] = list.map((entry) => ({
        ...file(entry.name, entry.text),
        mode: entry.executable ? 0o755 : 0o644,
      }));
      const shuffled = layer
        .map((entry) => ({ entry, key: keys.next().value }))
        .sort((a, b) => a.key - b.key)
        .map(({ entry }) => entry);
      const expected = (await writeToMemory(layer)).diffId;
      assert.equal((await writeToMemory(shuffled)).diffId, expected);
      const [first, ...rest] = layer;
      assert.notEqual((await writeToMemory([{ ...first!, mode: 0o600 }, ...rest])).diffId, expected);
      assert.notEqual(
        (await writeToMemory([file(first!.name, `${list[0]!.text}!`), ...rest])).diffId,
        expected,
      );
    }),
    { numRuns: 30 },
  );
});
