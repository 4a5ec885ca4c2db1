import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { adminIdentity, ConfigMaps, createStore, PersistentVolumeClaims } from '@assay/kube';
import { bindClaim, claimName, ensureClaims } from './claim-template.ts';

const template = {
  name: 'w',
  volumeClaimTemplate: {
    metadata: { name: 'disk', labels: { l: 'v' } },
    spec: { accessModes: ['ReadWriteOnce'] },
  },
};

test('a claim is named after its template and a hash of workspace and owner', () => {
  const hash = createHash('sha256').update('wuid').digest('hex').slice(0, 10);
  assert.equal(claimName(template, 'uid'), `disk-${hash}`);
  assert.equal(claimName({ name: 'w', volumeClaimTemplate: {} }, 'uid'), `pvc-${hash}`);
});

test('binding replaces a template by its claim and keeps the rest', () => {
  assert.deepEqual(bindClaim({ ...template, subPath: 's' }, 'uid'), {
    name: 'w',
    subPath: 's',
    persistentVolumeClaim: { claimName: claimName(template, 'uid') },
  });
  const other = { name: 'w', emptyDir: {} };
  assert.equal(bindClaim(other, 'uid'), other);
});

async function bench() {
  const client = createStore({ path: ':memory:' }).client(adminIdentity);
  const run = await client.create(ConfigMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'run', namespace: 'default' },
  });
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'run', uid: run.metadata.uid! };
  return { client, owner };
}

test('claims are created once, owned, with what the template says', async () => {
  const { client, owner } = await bench();
  await ensureClaims(client, [template, { name: 'x', emptyDir: {} }], owner, 'default');
  await ensureClaims(client, [template], owner, 'default');
  const { items } = await client.list(PersistentVolumeClaims);
  assert.equal(items.length, 1);
  assert.equal(items[0]?.metadata.name, claimName(template, owner.uid));
  assert.deepEqual(items[0]?.metadata.labels, { l: 'v' });
  assert.deepEqual(items[0]?.metadata.ownerReferences, [owner]);
  assert.deepEqual(items[0]?.spec?.accessModes, ['ReadWriteOnce']);
});

test("a stranger's claim of that name is not used", async () => {
  const { client, owner } = await bench();
  const metadata = { name: claimName(template, owner.uid), namespace: 'default' };
  await client.create(PersistentVolumeClaims, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata });
  await assert.rejects(ensureClaims(client, [template], owner, 'default'), { code: 'AlreadyExists' });
});
