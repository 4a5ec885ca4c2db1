import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type CgroupMounts, CgroupTree, detectCgroups } from './cgroups.ts';

const root = mkdtempSync(join(tmpdir(), 'assay-cgroups-'));
after(() => rmSync(root, { recursive: true, force: true }));

const v1Lines = 'cgroup /c/memory cgroup rw,memory 0 0\ncgroup /c/cpu cgroup rw,cpu,cpuacct 0 0\n';
const v2Line = (dir: string): string => `cgroup2 ${dir} cgroup2 rw,nsdelegate 0 0\n`;

describe('cgroup detection', () => {
  it('tells the kinds apart', () => {
    assert.equal(detectCgroups(v1Lines).kind, 'v1');
    assert.equal(detectCgroups(v2Line('/sys/fs/cgroup')).kind, 'v2');
    assert.equal(detectCgroups(v1Lines + v2Line('/sys/fs/cgroup/unified')).kind, 'hybrid');
    assert.equal(detectCgroups(`cgroup /c/systemd cgroup rw,name=systemd 0 0\n${v2Line('/c/u')}`).kind, 'v2');
    assert.equal(detectCgroups('tmpfs /tmp tmpfs rw 0 0\n').kind, 'none');
  });
});

describe('cgroup tree', () => {
  it('writes version 2 files', () => {
    const mounts: CgroupMounts = { kind: 'v2', v1: [], unified: join(root, 'v2') };
    mkdirSync(join(root, 'v2'));
    const tree = new CgroupTree('owner', mounts);
    assert.deepEqual(tree.enforced, { memory: true, cpu: true, pids: true });
    assert.deepEqual(tree.hierarchies, [join(root, 'v2/assay/owner')]);
    tree.create('one');
    tree.limit('one', { memoryBytes: 3 * 1024 ** 3, cpuMillis: 1500 }, 99);
    const file = (name: string): string => readFileSync(join(root, 'v2/assay/owner/one', name), 'utf8');
    assert.equal(file('memory.max'), '3221225472');
    assert.equal(file('memory.swap.max'), '0');
    assert.equal(file('cpu.max'), '150000 100000');
    assert.equal(file('pids.max'), '99');
    writeFileSync(join(root, 'v2/assay/owner/one/memory.events'), 'low 0\noom 1\noom_kill 1\n');
    writeFileSync(join(root, 'v2/assay/owner/one/memory.peak'), '4096\n');
    assert.deepEqual(tree.usage('one'), { oomKilled: true, peakMemoryBytes: 4096 });
  });

  it('enforces nothing where it may not write', () => {
    writeFileSync(join(root, 'file'), '');
    const mounts: CgroupMounts = { kind: 'v2', v1: [], unified: join(root, 'file') };
    const tree = new CgroupTree('owner', mounts);
    assert.deepEqual(tree.enforced, { memory: false, cpu: false, pids: false });
    tree.create('one');
    tree.limit('one', { memoryBytes: 1 }, 1);
    assert.deepEqual(tree.usage('one'), { oomKilled: false });
  });

  it('removes what it made', () => {
    const dir = join(root, 'v1');
    mkdirSync(dir);
    const mounts: CgroupMounts = { kind: 'v1', v1: [{ dir, controllers: ['memory'] }] };
    const tree = new CgroupTree('owner', mounts);
    tree.create('one');
    assert.equal(tree.remove('one'), true);
    tree.close();
    assert.equal(existsSync(join(dir, 'assay')), false);
  });
});
