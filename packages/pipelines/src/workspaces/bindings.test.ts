import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { bindWorkspaces, containerMounts, makeSubPath } from './bindings.ts';

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

test("a container's own mount at a workspace's path takes the workspace's place", () => {
  const { workspaces } = bindWorkspaces([{ name: 'w' }], [{ name: 'w', emptyDir: {} }]);
  const volume = workspaces[0]!.volume!;
  const volumes = new Map([[volume, { path: directory, readOnly: false }]]);
  const sidecar = { volumeMounts: [{ name: volume, mountPath: '/workspace/w', readOnly: true }] };
  assert.deepEqual(containerMounts(sidecar, { steps: [] }, workspaces, volumes, owner), [
    { source: directory, destination: '/workspace/w', readOnly: true },
  ]);
});

test('a mount of an unknown volume is refused by name', () => {
  const step = { volumeMounts: [{ name: 'ghost', mountPath: '/g' }] };
  assert.throws(() => containerMounts(step, { steps: [step] }, [], new Map(), owner), /"ghost"/);
});

test('a subPath is made when missing', () => {
  makeSubPath(directory, 'deep/er', owner);
  assert.ok(existsSync(join(directory, 'deep/er')));
});

test('a mount names its volume and the path in it apart, for the sandbox to resolve', () => {
  const { workspaces } = bindWorkspaces([{ name: 'w' }], [{ name: 'w', emptyDir: {}, subPath: 'one' }]);
  const volume = workspaces[0]!.volume!;
  const volumes = new Map([[volume, { path: directory, readOnly: false }]]);
  const step = { volumeMounts: [{ name: volume, mountPath: '/two', subPath: 'two/deep' }] };
  const mounts = containerMounts(step, { steps: [step] }, workspaces, volumes, owner);
  assert.deepEqual(
    mounts.map(({ source, subPath }) => [source, subPath]),
    [
      [directory, 'one'],
      [directory, 'two/deep'],
    ],
  );
  assert.ok(existsSync(join(directory, 'one')) && existsSync(join(directory, 'two/deep')));
});

test('a subPath cannot leave its volume', () => {
  symlinkSync('/etc', join(directory, 'link'));
  for (const path of ['../x', 'a/../../x', '/etc', 'link', 'link/ssl']) {
    assert.throws(() => makeSubPath(directory, path, owner), /leads out of its volume/, path);
  }
});

test('what is made for containers is open to all their users, whatever the umask', () => {
  const umask = process.umask(0o077);
  try {
    makeSubPath(directory, 'open/to/all', owner);
    assert.equal(statSync(join(directory, 'open/to/all')).mode & 0o777, 0o777);
  } finally {
    process.umask(umask);
  }
});

const root = process.getuid!() === 0;
test('a directory that is there keeps its mode', { skip: !root && 'only root can give files away' }, () => {
  makeSubPath(directory, 'private', { uid: 100_000, gid: 100_000 });
  chmodSync(join(directory, 'private'), 0o700);
  makeSubPath(directory, 'private', owner);
  assert.equal(statSync(join(directory, 'private')).mode & 0o777, 0o700);
});
