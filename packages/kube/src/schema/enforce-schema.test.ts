import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { adminIdentity } from '../access/identity.ts';
import type { KubeObject, ResourceType } from '../object.ts';
import { createStore, type Store } from '../store/store.ts';
import { enforceSchema } from './enforce-schema.ts';
import * as words from './schema-shorthand.ts';

interface Shelf extends KubeObject {
  spec: { name: string; size?: number; books?: string[] };
}

const { int32, labelValue, list, object, text } = words;
const seen: Shelf[] = [];
const Shelves: ResourceType<Shelf> = enforceSchema({
  ...{ group: 'test.dev', version: 'v1', kind: 'Shelf', plural: 'shelves' },
  ...{ namespaced: true, hasStatus: false },
  schema: object(
    {
      spec: object(
        {
          name: labelValue,
          size: { ...int32, minimum: 1, default: 3 },
          books: { ...list(text), minItems: 1 },
        },
        ['name'],
      ),
    },
    ['spec'],
  ),
  admit(given) {
    seen.push(given as Shelf);
    return given;
  },
});

let store: Store;
beforeEach(() => {
  seen.length = 0;
  store = createStore({ path: ':memory:', resources: [Shelves] });
});
afterEach(() => store.close());

function create(spec: object) {
  const object = {
    apiVersion: 'test.dev/v1',
    kind: 'Shelf',
    metadata: { name: 'one', namespace: 'default' },
  };
  return store.client(adminIdentity).create(Shelves, { ...object, spec } as Shelf);
}

test('what the schema requires has to be there', async () => {
  await assert.rejects(create({}), {
    code: 'Invalid',
    message: 'Shelf.test.dev "one" is invalid: spec.name: Required value',
  });
});

test('patterns, bounds and lengths hold', async () => {
  await assert.rejects(create({ name: 'Upper' }), /spec\.name: Invalid value: "Upper": .* should match/);
  await assert.rejects(create({ name: 'a', size: 0 }), /spec\.size: Invalid value: 0/);
  await assert.rejects(
    create({ name: 'a', books: [] }),
    /spec\.books: Invalid value: 0: .* at least 1 items/,
  );
});

test('what is refused by its schema does not come to the resource’s own admission; what is not comes with defaults', async () => {
  await assert.rejects(create({}));
  assert.equal(seen.length, 0);
  const { spec } = await create({ name: 'a' });
  assert.equal(spec.size, 3);
  assert.equal(seen[0]!.spec.size, 3);
});

test('a change is held against the schema, too', async () => {
  await create({ name: 'a' });
  const patch = store.client(adminIdentity).patch(Shelves, 'default', 'one', { spec: { name: null } });
  await assert.rejects(patch, /spec\.name: Required value/);
});
