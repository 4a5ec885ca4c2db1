import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createOwnerDir, ownerLives, ownerName, sweepOwners } from './owner.ts';

const home = mkdtempSync(join(tmpdir(), 'assay-owner-'));
after(() => rmSync(home, { recursive: true, force: true }));

describe('owners', () => {
  it('are told alive or dead by boot, process and start time', () => {
    const name = ownerName();
    assert.equal(ownerLives(name), true);
    const [boot, pid, start, number] = name.split('-');
    assert.equal(ownerLives(`00000000-${pid}-${start}-${number}`), false);
    assert.equal(ownerLives(`${boot}-${pid}-${Number(start) + 1}-${number}`), false);
    assert.equal(ownerLives(`${boot}-4194305-1-1`), false);
  });

  it('are swept when dead, and only then', () => {
    const living = ownerName();
    createOwnerDir(home, living);
    const dead = `${living.split('-')[0]}-4194305-1-1`;
    createOwnerDir(home, dead);
    mkdirSync(join(home, 'run', dead, 'pods', 'p'));
    mkdirSync(join(home, 'run', 'not-an-owner'));
    assert.deepEqual(sweepOwners(home, { kind: 'none', v1: [] }), { pods: 1, cgroups: 0 });
    assert.equal(existsSync(join(home, 'run', dead)), false);
    assert.equal(existsSync(join(home, 'run', living)), true);
    assert.equal(existsSync(join(home, 'run', 'not-an-owner')), true);
  });
});
