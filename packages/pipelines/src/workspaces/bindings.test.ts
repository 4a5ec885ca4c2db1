import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { bindWorkspaces, containerMounts, withinVolume } from './bindings.ts';

const owner = { uid: process.getuid!(), gid: process.getgid!() };
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assay-workspaces-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a workspace is mounted below /workspace unless it says where', () => {
  const { workspaces } = bindWorkspaces(
    [{ name: 'source' }, { name: 'cache', mountPath: '/var/cache' }],
    [
      { name: 'source', emptyDir: {} },
      { name: 'cache', emptyDir: {} },
    ],
  );
  assert.deepEqual(
    workspaces.map(({ path }) => path),
    ['/workspace/source', '/var/cache'],
  );
});

test('an optional workspace that is not bound has an empty path and no volume', () => {
  const { workspaces, volumes } = bindWorkspaces([{ name: 'extra', optional: true }], []);
  assert.deepEqual([workspaces[0]!.path, workspaces[0]!.volume, volumes], ['', undefined, []]);
});

test('two workspaces on one claim share a volume, two empty directories do not', () => {
  const claim = { persistentVolumeClaim: { claimName: 'data' } };
  const bound = (sources: object[]) =>
    bindWorkspaces(
      [{ name: 'a' }, { name: 'b' }],
      [
        { name: 'a', subPath: 'x', ...sources[0] },
        { name: 'b', ...sources[1] },
      ],
    ).volumes.length;
  assert.equal(bound([claim, claim]), 1);
  assert.equal(bound([{ emptyDir: {} }, { emptyDir: {} }]), 2);
});

test('a workspace that a step claims for itself is hidden from the others', () => {
  const spec = { steps: [{ name: 'a', workspaces: [{ name: 'secret', mountPath: '/s' }] }, { name: 'b' }] };
  const { workspaces } = bindWorkspaces([{ name: 'secret' }], [{ name: 'secret', emptyDir: {} }]);
  const volumes = new Map([[workspaces[0]!.volume!, { path: directory, readOnly: false }]]);
  const destinations = spec.steps.map((step) =>
    containerMounts(step, spec, workspaces, volumes, owner).map((mount) => mount.destination),
  );
  assert.deepEqual(destinations, [['/s'], []]);
});

test('readOnly of the declaration, the volume or the mount makes the mount read-only', () => {
  const { workspaces } = bindWorkspaces([{ name: 'w', readOnly: true }], [{ name: 'w', emptyDir: {} }]);
  const volumes = new Map([
    [workspaces[0]!.volume!, { path: directory, readOnly: false }],
    ['config', { path: directory, readOnly: true }],
  ]);
  const step = { volumeMounts: [{ name: 'config', mountPath: '/etc/config' }] };
  const mounts = containerMounts(step, { steps: [step] }, workspaces, volumes, owner);
  assert.deepEqual(
    mounts.map((mount) => mount.readOnly),
    [true, true],
  );
});

test('a mount of an unknown volume is refused by name', () => {
  const step = { volumeMounts: [{ name: 'ghost', mountPath: '/g' }] };
  assert.throws(() => containerMounts(step, { steps: [step] }, [], new Map(), owner), /"ghost"/);
});

test('a subPath is made when missing', () => {
  assert.ok(existsSync(withinVolume(directory, 'deep/er', owner)));
});

test('a subPath cannot leave its volume', () => {
  symlinkSync('/etc', join(directory, 'link'));
  for (const path of ['../x', 'a/../../x', '/etc', 'link', 'link/ssl']) {
    assert.throws(() => withinVolume(directory, path, owner), /leads out of its volume/, path);
  }
});
