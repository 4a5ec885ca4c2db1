import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { mergeData } from './merge-data.ts';

type Data = Record<string, unknown>;

function merge(release?: Data, plan?: Data, admission?: Data): Data {
  const of = (data: Data | undefined) => ({ spec: data && { data } }) as never;
  const empty = { spec: {} } as never;
  return mergeData(release ? of(release) : empty, plan ? of(plan) : empty, admission ? of(admission) : empty);
}

test('the admission overlays the plan, which overlays the Release', () => {
  assert.deepEqual(merge({ a: 1, b: 1, c: 1 }, { b: 2, c: 2 }, { c: 3 }), { a: 1, b: 2, c: 3 });
});

test('objects are merged key by key, lists and everything else are replaced', () => {
  const merged = merge(
    { notes: { topic: 'x', list: [1, 2] }, one: { a: 1 } },
    { notes: { list: [3] }, one: 'text' },
    { notes: { more: { deep: true } } },
  );
  assert.deepEqual(merged, { notes: { topic: 'x', list: [3], more: { deep: true } }, one: 'text' });
});

test('without any data there are none', () => {
  assert.deepEqual(merge(), {});
});

/** Every path to what is no object, with its value; an empty object counts as a value. */
function leaves(data: Data, path: string[] = []): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const [key, value] of Object.entries(data)) {
    const here = [...path, key];
    if (value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0)
      for (const [at, leaf] of leaves(value as Data, here)) all.set(at, leaf);
    else all.set(JSON.stringify(here), value);
  }
  return all;
}

const { data } = fc.letrec<{ data: Data; value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.integer(),
    fc.array(fc.integer(), { maxLength: 2 }),
    tie('data'),
  ),
  data: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), tie('value'), {
    maxKeys: 3,
    noNullPrototype: true,
  }) as fc.Arbitrary<Data>,
}));

test('property: the admission has the last word, nothing comes from nowhere, and nothing given changes', () => {
  fc.assert(
    fc.property(data, data, data, (release, plan, admission) => {
      const given = JSON.stringify([release, plan, admission]);
      const merged = merge(release, plan, admission);
      assert.equal(JSON.stringify([release, plan, admission]), given);
      const all = leaves(merged);
      for (const [path, value] of leaves(admission)) {
        const isEmpty = value !== null && typeof value === 'object' && Object.keys(value).length === 0;
        if (!isEmpty || Array.isArray(value)) assert.deepEqual(all.get(path), value, path);
      }
      const sources = [release, plan, admission].map((one) => leaves(one));
      for (const [path, value] of all)
        assert.ok(
          sources.some(
            (source) => source.has(path) && JSON.stringify(source.get(path)) === JSON.stringify(value),
          ),
          path,
        );
    }),
  );
});

test('property: merged with itself, or with nothing, data stay as they are', () => {
  fc.assert(
    fc.property(data, (one) => {
      assert.equal(JSON.stringify(merge(one, one, one)), JSON.stringify(one));
      assert.equal(JSON.stringify(merge({}, one, {})), JSON.stringify(one));
    }),
  );
});

test('a key __proto__ is a key like any other', () => {
  const evil = JSON.parse(
    '{"__proto__": {"polluted": true}, "a": {"__proto__": {"polluted": true}}}',
  ) as Data;
  const merged = merge(evil, { a: { b: 1 } }, evil);
  assert.equal(({} as Data).polluted, undefined);
  assert.equal(merged.polluted, undefined);
  assert.equal((merged.a as Data).polluted, undefined);
  assert.ok(Object.hasOwn(merged, '__proto__'));
});

suite('facts of the managed side', () => {
  for (const key of ['product_id', 'product_name', 'product_version', 'product_stream', 'cpe']) {
    test(`releaseNotes.${key} is the admission's alone`, () => {
      const notes = { releaseNotes: { [key]: 'x' } };
      assert.throws(() => merge(notes), {
        code: 'InvalidRelease',
        message: `Release data: releaseNotes.${key} may not be set here`,
      });
      assert.throws(() => merge({}, notes), { message: /^ReleasePlan data: / });
      assert.deepEqual(merge({}, {}, notes), notes);
    });
  }

  test('other release notes are anybody’s', () => {
    assert.deepEqual(merge({ releaseNotes: { topic: 'x' } }), { releaseNotes: { topic: 'x' } });
  });

  const mapping = { mapping: { components: [{ name: 'web', repository: 'registry.test/mine' }] } };

  test('where images go cannot be set by the team', () => {
    assert.throws(() => merge(mapping, {}, {}), {
      code: 'InvalidRelease',
      message: 'Release data: mapping.components may not be set here',
    });
    assert.throws(() => merge({}, mapping, { mapping: { defaults: { tags: ['1'] } } }), {
      message: /^ReleasePlan data: mapping\.components/,
    });
  });

  test('where the admission says where images go, what the team says of it counts for nothing', () => {
    const managed = { mapping: { components: [{ name: 'web', repository: 'registry.test/theirs' }] } };
    assert.deepEqual(merge(mapping, mapping, managed), managed);
  });
});
