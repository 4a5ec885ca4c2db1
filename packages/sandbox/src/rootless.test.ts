import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findProgram } from './host/tools.ts';
import { temporaryHome } from './testing/host-image.ts';

const script = fileURLToPath(new URL('./testing/rootless-runner.ts', import.meta.url));
const uid = 54_321;
const asUser = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups'];

function unusable(): string | false {
  if (process.getuid?.() !== 0) return 'needs root, to become another user';
  for (const path of [script, process.execPath]) {
    const { status } = spawnSync('setpriv', [...asUser, 'test', '-r', path]);
    if (status !== 0) return `another user cannot read ${path}`;
  }
  const { status } = spawnSync('setpriv', [...asUser, 'unshare', '--user', '--map-root-user', 'true']);
  return status === 0 ? false : 'the kernel does not let other users make user namespaces';
}

describe('sandbox without root', { skip: unusable() }, () => {
  let home = '';
  before(() => {
    home = temporaryHome();
    chownSync(home, uid, uid);
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  for (const runtime of ['crun', 'runc']) {
    const absent = findProgram(runtime) === undefined && `${runtime} is not installed`;
    it(`runs a container on ${runtime}, and says that limits are not enforced`, { skip: absent }, () => {
      const words = [
        ...asUser,
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        script,
        home,
        runtime,
      ];
      const env = { PATH: process.env.PATH, HOME: home };
      const result = JSON.parse(execFileSync('setpriv', words, { encoding: 'utf8', env, cwd: '/' }));
      assert.equal(result.runtime.name, runtime);
      assert.equal(result.runtime.rootless, true);
      assert.deepEqual(result.runtime.enforced, { memory: false, cpu: false, pids: false });
      assert.match(result.runtime.reason, /not enforced/);
      assert.deepEqual([result.exitCode, result.output], [3, '0\nshown\nlo\nmade\n']);
      assert.deepEqual(result.left, []);
    });
  }
});
