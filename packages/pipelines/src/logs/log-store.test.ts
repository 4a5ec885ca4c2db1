import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createLogStore, type LogStore } from './log-store.ts';

const target = { namespace: 'default', pod: 'run-pod', uid: 'u1', container: 'step-a' };
let directory: string;
let logs: LogStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assay-logs-'));
  logs = createLogStore(directory, () => new Date('2026-01-02T03:04:05.006Z'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function collect(lines: AsyncIterable<{ text: string }>): Promise<string[]> {
  const out: string[] = [];
  for await (const line of lines) out.push(line.text);
  return out;
}

test("files have kubelet's layout and line format", () => {
  const writer = logs.create(target);
  writer.write(Buffer.from('one\ntw'));
  writer.write(Buffer.from('o\nend'));
  writer.close();
  const text = readFileSync(join(directory, 'default_run-pod_u1/step-a/0.log'), 'utf8');
  const stamp = '2026-01-02T03:04:05.006Z stdout';
  assert.equal(text, `${stamp} F one\n${stamp} F two\n${stamp} P end\n`);
});

test('a log that does not exist is empty', async () => {
  assert.deepEqual(await collect(logs.read(target)), []);
});

test('a character split between chunks stays whole', async () => {
  const writer = logs.create(target);
  const bytes = Buffer.from('é\n');
  writer.write(bytes.subarray(0, 1));
  writer.write(bytes.subarray(1));
  writer.close();
  assert.deepEqual(await collect(logs.read(target)), ['é']);
});

test('a very long line is kept in pieces and loses nothing', async () => {
  const writer = logs.create(target);
  const line = 'x'.repeat(50_000);
  writer.write(Buffer.from(`${line}\nnext\n`));
  writer.close();
  const pieces = await collect(logs.read(target));
  assert.equal(pieces.slice(0, -1).join(''), line);
  assert.equal(pieces.at(-1), 'next');
});

test('a follower that starts first sees every line, and ends when it is told', {
  timeout: 5000,
}, async () => {
  const done = new AbortController();
  const following = collect(logs.read(target, { follow: done.signal }));
  const writer = logs.create(target);
  for (let i = 0; i < 100; i++) {
    writer.write(Buffer.from(`line ${i}\n`));
    if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  writer.close();
  done.abort();
  assert.equal((await following).length, 100);
});

test('removing a pod removes the logs of all its containers', async () => {
  logs.create(target).write(Buffer.from('a\n'));
  await logs.remove(target);
  assert.deepEqual(await collect(logs.read(target)), []);
});
