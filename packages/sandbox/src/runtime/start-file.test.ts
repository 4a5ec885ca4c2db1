import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { startFile } from './start-file.ts';

const unprivileged = process.getuid?.() !== 0 && 'needs root, to mount';

describe('startFile', { skip: unprivileged }, () => {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'assay-start-'));
    for (const name of ['layer', 'upper', 'work', 'rootfs', 'volume/sub', 'secret', 'mounts/0']) {
      mkdirSync(join(home, name), { recursive: true });
    }
    writeFileSync(join(home, 'volume/sub/file'), 'mine\n');
    writeFileSync(join(home, 'secret/file'), 'secret\n');
    writeFileSync(join(home, 'output'), '');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** Sources the file as a guard would, with a shell command in the runtime's place. */
  function start(command: string, directory = join(home, 'volume')): string {
    const text = startFile({
      home,
      overlay: 'lowerdir=layer,upperdir=upper,workdir=work',
      rootDir: 'rootfs',
      pins: [{ kind: 'directory', directory, name: 'sub', at: join(home, 'mounts/0') }],
      output: join(home, 'output'),
      log: join(home, 'log'),
      command: ['sh', '-c', command, 'runtime', home],
    });
    writeFileSync(join(home, 'start'), `${text}echo $code`);
    return execFileSync('unshare', ['-m', 'sh', join(home, 'start')], { encoding: 'utf8' });
  }

  it('gives the runtime what was checked, whatever becomes of its path', () => {
    const exchange = 'mv "$1/volume/sub" "$1/volume/old" && ln -s "$1/secret" "$1/volume/sub"';
    assert.equal(start(`${exchange}; cat "$1/volume/sub/file" "$1/mounts/0/file"`), '0\n');
    assert.equal(readFileSync(join(home, 'output'), 'utf8'), 'secret\nmine\n');
  });

  it('does not come to the runtime when the path leads elsewhere', () => {
    symlinkSync('volume', join(home, 'alias'));
    assert.equal(start('echo ran', join(home, 'alias')), '125\n');
    rmSync(join(home, 'volume/sub'), { recursive: true });
    symlinkSync('../secret', join(home, 'volume/sub'));
    assert.equal(start('echo ran'), '125\n');
    rmSync(join(home, 'volume/sub'));
    assert.equal(start('echo ran'), '125\n');
    assert.equal(readFileSync(join(home, 'output'), 'utf8'), '');
    assert.match(readFileSync(join(home, 'log'), 'utf8'), /^(the subPath of a mount is gone.*\n){3}$/);
  });
});
