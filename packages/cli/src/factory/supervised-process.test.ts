import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startProcess } from './supervised-process.ts';

/** A program that counts its starts in a file, and does on each what the script says. */
function program(t: TestContext, script: string) {
  const directory = mkdtempSync(join(tmpdir(), 'assay-process-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const starts = join(directory, 'starts');
  const path = join(directory, 'program.mjs');
  writeFileSync(
    path,
    `import { appendFileSync, readFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(starts)}, 'x');
     const start = readFileSync(${JSON.stringify(starts)}, 'utf8').length;
     const ready = () => console.log(JSON.stringify({ type: 'ready', fingerprint: String(start) }));
     process.stdin.on('data', () => {}).on('end', () => process.exit(0));
     ${script}`,
  );
  const count = () => (existsSync(starts) ? readFileSync(starts, 'utf8').length : 0);
  return { path, count };
}

test('one that is killed before it ever came up is started again', async (t) => {
  const { path, count } = program(t, "if (start === 1) process.kill(process.pid, 'SIGKILL'); ready();");
  const ends: unknown[] = [];
  const started = startProcess({
    name: 'gate',
    program: path,
    settings: {},
    onExit: (code) => ends.push(code),
  });
  t.after(() => started.stop());
  assert.deepEqual(await started.ready, { type: 'ready', fingerprint: '2' });
  assert.deepEqual([count(), ends], [2, ['SIGKILL']]);
});

test('one that gives up by itself before it came up is not', async (t) => {
  const { path, count } = program(t, 'process.exit(1);');
  const started = startProcess({ name: 'gate', program: path, settings: {}, onExit: () => {} });
  await assert.rejects(started.ready, { code: 'FactoryStartFailed', message: /the gate ended with code 1/ });
  await new Promise((done) => setTimeout(done, 400));
  assert.equal(count(), 1);
});
