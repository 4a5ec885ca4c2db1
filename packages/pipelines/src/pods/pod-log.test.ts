import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PodLogOptions } from '@assay/kube';
import { createLogStore } from '../logs/log-store.ts';
import { readPodLog } from './pod-log.ts';

const directory = mkdtempSync(join(tmpdir(), 'pod-log-'));
after(() => rmSync(directory, { recursive: true, force: true }));

let now = new Date('2026-01-01T00:00:00.000Z');
const logs = createLogStore(directory, () => now);
const target = { namespace: 'team', pod: 'build-pod', uid: 'u', container: 'step-main' };
const writer = logs.create(target);
for (let index = 0; index < 4; index += 1) {
  now = new Date(Date.UTC(2026, 0, 1, 0, 0, index));
  writer.write(Buffer.from(`line ${index}\n`));
}

async function text(options?: PodLogOptions): Promise<string> {
  let all = '';
  for await (const piece of readPodLog(logs, target, options)) all += piece;
  return all;
}

test('a log is what the container printed', async () => {
  assert.equal(await text(), 'line 0\nline 1\nline 2\nline 3\n');
});

test('tailLines gives the last lines', async () => {
  assert.equal(await text({ tailLines: 2 }), 'line 2\nline 3\n');
  assert.equal(await text({ tailLines: 0 }), '');
  assert.equal(await text({ tailLines: 9 }), 'line 0\nline 1\nline 2\nline 3\n');
});

test('since leaves out what was written before, and tailLines counts what is left', async () => {
  const since = new Date('2026-01-01T00:00:02.000Z');
  assert.equal(await text({ since }), 'line 2\nline 3\n');
  assert.equal(await text({ since, tailLines: 1 }), 'line 3\n');
});

test('timestamps stand before every line', async () => {
  assert.equal(await text({ tailLines: 1, timestamps: true }), '2026-01-01T00:00:03.000Z line 3\n');
});

test('one stream alone, where they were kept apart', async () => {
  const apart = { ...target, container: 'step-apart' };
  const writing = logs.create(apart);
  writing.write(Buffer.from('out\n'));
  writing.write(Buffer.from('err\n'), 'stderr');
  const read = async (options: PodLogOptions) => {
    let all = '';
    for await (const piece of readPodLog(logs, apart, options)) all += piece;
    return all;
  };
  assert.equal(await read({}), 'out\nerr\n');
  assert.equal(await read({ stream: 'stderr', tailLines: 5 }), 'err\n');
  assert.equal(await read({ stream: 'stdout' }), 'out\n');
  writing.close();
});

test('limitBytes cuts inside a line', async () => {
  assert.equal(await text({ limitBytes: 9 }), 'line 0\nli');
});

test('follow with tailLines goes on with what comes', async () => {
  const follow = new AbortController();
  const seen: string[] = [];
  for await (const piece of readPodLog(logs, target, { tailLines: 1, follow: follow.signal })) {
    seen.push(piece);
    if (seen.length === 1) writer.write(Buffer.from('line 4\nhalf'));
    if (seen.length === 2) {
      writer.close();
      follow.abort();
    }
  }
  assert.deepEqual(seen, ['line 3\n', 'line 4\n', 'half']);
});
