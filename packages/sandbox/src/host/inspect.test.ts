import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspectHost } from './inspect.ts';

describe('inspectHost', () => {
  it('names every need once, with a command for what is absent', async () => {
    const { needs, ready } = await inspectHost();
    const names = needs.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of [
      'crun',
      'runc',
      'slirp4netns',
      'socat',
      'seccomp profile',
      'overlayfs',
      'cgroup limits',
    ]) {
      assert.ok(names.includes(name), name);
    }
    for (const need of needs) {
      assert.equal(need.fix === undefined, need.present, need.name);
      assert.notEqual(need.detail, '');
    }
    assert.equal(
      ready,
      needs.every(({ present, required }) => present || !required),
    );
  });
});
