import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { adminIdentity } from '../access/identity.ts';
import { isKubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import type { AnyObject } from '../resource.ts';
import { scratchFolder, scratchStore } from '../store/scratch-store.ts';
import { createStore } from '../store/store.ts';
import { type CustomResourceDefinition, CustomResourceDefinitions } from './custom-resource-definition.ts';

const Widgets: ResourceType<AnyObject> = {
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
  hasStatus: false,
};

function definition(name = 'widgets', kind = 'Widget', group = 'example.com'): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${name}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: name, kind },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { size: { type: 'integer', default: 3 } } } },
            },
          },
        },
      ],
    },
  };
}

const widget: AnyObject = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: {} };

test('definitions survive a restart, with their objects', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  const first = createStore({ path });
  await first.client(adminIdentity).create(CustomResourceDefinitions, definition());
  await first.client(adminIdentity).create(Widgets, widget);
  first.close();
  const second = createStore({ path });
  t.after(() => second.close());
  assert.deepEqual((await second.client(adminIdentity).get(Widgets, 'default', 'w')).spec, { size: 3 });
  const invalid = { ...widget, metadata: { name: 'x' }, spec: { size: 'large' } };
  await assert.rejects(second.client(adminIdentity).create(Widgets, invalid), (error) =>
    isKubeError(error, 'Invalid'),
  );
});

test('a deletion that a kill cut short goes on at the next start', async (t) => {
  const path = join(scratchFolder(t), 'store.db');
  const first = createStore({ path });
  const admin = first.client(adminIdentity);
  await admin.create(CustomResourceDefinitions, definition());
  await admin.create(Widgets, { ...widget, metadata: { name: 'held', finalizers: ['x.y/z'] } });
  await admin.delete(CustomResourceDefinitions, '', 'widgets.example.com');
  first.close();
  const second = createStore({ path });
  t.after(() => second.close());
  const client = second.client(adminIdentity);
  const gone = (async () => {
    for await (const event of client.watch(CustomResourceDefinitions)) if (event.type === 'DELETED') return;
  })();
  await client.patch(Widgets, 'default', 'held', { metadata: { finalizers: null } });
  await gone;
  assert.equal(second.resources.get('widgets.example.com'), undefined);
});

test('names that another definition has are not served', async (t) => {
  const store = scratchStore(t);
  const admin = store.client(adminIdentity);
  await admin.create(CustomResourceDefinitions, definition());
  const second = await admin.create(CustomResourceDefinitions, definition('gadgets', 'Widget'));
  const conditions = second.status?.conditions?.map(({ type, status }) => `${type}=${status}`);
  assert.deepEqual(conditions, ['Established=False', 'NamesAccepted=False']);
  assert.equal(store.resources.get('gadgets.example.com'), undefined);
});

test('a definition of what is built in changes nothing', async (t) => {
  const builtIn = { ...Widgets, group: 'built.in' };
  const store = scratchStore(t, { resources: [builtIn] });
  const admin = store.client(adminIdentity);
  const made = await admin.create(CustomResourceDefinitions, definition('widgets', 'Widget', 'built.in'));
  assert.equal(made.status?.conditions?.find(({ type }) => type === 'Established')?.status, 'True');
  assert.equal(store.resources.get('widgets.built.in'), builtIn);
  await admin.create(builtIn, { ...widget, apiVersion: 'built.in/v1', spec: { any: 1 } });
  await admin.delete(CustomResourceDefinitions, '', 'widgets.built.in');
  await store.settled();
  assert.equal((await admin.list(builtIn)).items.length, 1);
});

test('a changed schema holds from then on', async (t) => {
  const store = scratchStore(t);
  const admin = store.client(adminIdentity);
  const made = await admin.create(CustomResourceDefinitions, definition());
  const [version] = made.spec.versions;
  const schema = {
    openAPIV3Schema: {
      type: 'object' as const,
      properties: {
        spec: { type: 'object' as const, properties: { size: { type: 'string' as const, default: 'big' } } },
      },
    },
  };
  await admin.update(CustomResourceDefinitions, {
    ...made,
    spec: { ...made.spec, versions: [{ ...version!, schema }] },
  });
  assert.deepEqual((await admin.create(Widgets, widget)).spec, { size: 'big' });
});
