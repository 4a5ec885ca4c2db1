import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { resolveUser } from './user.ts';

const root = mkdtempSync(join(tmpdir(), 'assay-user-'));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;

function layer(files: Record<string, string>, links: Record<string, string> = {}): string {
  count += 1;
  const dir = join(root, String(count));
  mkdirSync(join(dir, 'etc'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(dir, name));
  return dir;
}

const base = layer({
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nbuilder:x:1001:1002::/work:/bin/sh\nbroken\n',
  'etc/group': 'root:x:0:\nextra:x:1003:builder,other\nmore:x:9:other\n',
});

describe('resolveUser', () => {
  it('reads names, numbers and groups', () => {
    const builder = { uid: 1001, gid: 1002, groups: [1003], home: '/work' };
    assert.deepEqual(resolveUser([base], 'builder'), builder);
    assert.deepEqual(resolveUser([base], '1001'), builder);
    assert.deepEqual(resolveUser([base], ''), { uid: 0, gid: 0, groups: [], home: '/root' });
    assert.deepEqual(resolveUser([base], 'builder:extra'), { ...builder, gid: 1003, groups: [] });
    assert.deepEqual(resolveUser([base], '65532:7'), { uid: 65_532, gid: 7, groups: [], home: '/' });
    assert.deepEqual(resolveUser([base], 'builder', [5, 1003]).groups, [5, 1003]);
  });

  it('refuses unknown names and ids outside the range', () => {
    for (const user of ['nobody', 'builder:nogroup', '65536', '99999999999999999999', '-1']) {
      assert.throws(() => resolveUser([base], user), { code: 'UnknownUser' }, user);
    }
  });

  it('sees what the topmost layer has, and follows links inside the image only', () => {
    const above = layer({ 'etc/passwd': 'builder:x:5:6::/:/bin/sh\n' });
    assert.equal(resolveUser([above, base], 'builder').uid, 5);
    const linked = layer({ 'etc/real': 'inside:x:7:7::/:/bin/sh\n' }, { 'etc/passwd': '/etc/real' });
    assert.equal(resolveUser([linked, base], 'inside').uid, 7);
    const outside = join(root, 'outside');
    writeFileSync(outside, 'leak:x:8:8::/:/bin/sh\n');
    const escaping = layer({}, { 'etc/passwd': `../../../../../..${outside}` });
    assert.throws(() => resolveUser([escaping, base], 'leak'), { code: 'UnknownUser' });
  });
});
