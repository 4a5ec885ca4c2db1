import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openDatabase } from './database.ts';
import { GroupCommit } from './group-commit.ts';
import { ObjectTable } from './object-table.ts';
import { configMap } from './scratch-store.ts';

function open(t: TestContext) {
  const database = openDatabase({ path: ':memory:' });
  t.after(() => database.close());
  const table = new ObjectTable(database, 100);
  const published: string[][] = [];
  const writer = new GroupCommit(database, table, (changes) => {
    if (changes.length > 0) published.push(changes.map(({ event }) => `${event.name}@${event.version}`));
  });
  const insert = (name: string) => {
    const { metadata, ...rest } = configMap(name);
    return table.insert('configmaps', { ...rest, metadata: { ...metadata, uid: `uid-${name}` } }).version;
  };
  return { database, table, published, writer, insert };
}

test('requests of one turn share a transaction, and are published in order', async (t) => {
  const { published, writer, insert } = open(t);
  await Promise.all(['a', 'b', 'c'].map((name) => writer.submit(() => insert(name))));
  await writer.submit(() => insert('d'));
  assert.deepEqual(published, [['a@1', 'b@2', 'c@3'], ['d@4']]);
});

test('a request that fails after it wrote leaves no object, event or version', async (t) => {
  const { table, published, writer, insert } = open(t);
  const outcomes = await Promise.allSettled([
    writer.submit(() => insert('a')),
    writer.submit(() => {
      insert('b');
      insert('c');
      throw new Error('half way');
    }),
    writer.submit(() => insert('d')),
  ]);
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : String(outcome.reason))),
    [1, 'Error: half way', 2],
  );
  assert.deepEqual(published, [['a@1', 'd@2']]);
  assert.equal(table.has('configmaps', 'default', 'b'), false);
  assert.equal(table.events('configmaps', 0, 10).events.length, 2);
});

test('when a fault ends the whole transaction, the others are tried on their own', async (t) => {
  const { database, table, published, writer, insert } = open(t);
  const outcomes = await Promise.allSettled([
    writer.submit(() => insert('a')),
    writer.submit(() => {
      insert('b');
      // As SQLite does by itself on some faults.
      database.db.exec('ROLLBACK');
      throw new Error('rolled back');
    }),
    writer.submit(() => insert('c')),
  ]);
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : String(outcome.reason))),
    [1, 'Error: rolled back', 2],
  );
  assert.deepEqual(published, [['a@1'], ['c@2']]);
  assert.equal(table.version, 2);
});
