import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pauseProgram, writePauseProgram } from './pause-program.ts';

test('the pause program runs on this machine, and until it is killed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-pause-'));
  try {
    const path = join(directory, 'pause');
    writePauseProgram(path);
    const child = spawn(path);
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    await delay(100);
    assert.equal(child.exitCode, null);
    child.kill('SIGTERM');
    assert.equal(await ended, 'SIGTERM');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('it is written for the machines that containers are run on', () => {
  assert.equal(pauseProgram('x64').length, 129);
  assert.equal(pauseProgram('arm64').readUInt16LE(18), 183);
  assert.throws(() => pauseProgram('mips'), /no breakpoints/);
});
