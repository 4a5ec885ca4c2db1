import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ConfigMaps } from '../core/config-map.ts';
import { Pods } from '../core/pod.ts';
import { isKubeError, type KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import type { AnyObject } from '../resource.ts';
import { difference, FieldSet, fieldSetOf, intersection, union } from './field-set.ts';
import { compare, fieldsGiven } from './field-sets-of-values.ts';
import { trackUpdate } from './managed-fields.ts';
import { serverSideApply } from './server-side-apply.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

function map(data: object | undefined, metadata: object = {}): AnyObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', ...metadata }, ...(data && { data }) };
}

function pod(containers: object[], more: object = {}): AnyObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { containers, ...more } };
}

function apply(
  live: AnyObject | undefined,
  config: AnyObject,
  fieldManager: string,
  force = false,
): AnyObject {
  const resource: ResourceType = config.kind === 'Pod' ? Pods : ConfigMaps;
  return serverSideApply(resource, live, config, { fieldManager, force, now });
}

function owners(object: AnyObject): Record<string, unknown> {
  return Object.fromEntries(
    (object.metadata.managedFields ?? []).map((entry) => [
      `${entry.operation} ${entry.manager}`,
      entry.fieldsV1,
    ]),
  );
}

function conflictOf(work: () => unknown): KubeError {
  try {
    work();
  } catch (error) {
    assert.ok(isKubeError(error, 'Conflict'), String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'no conflict' });
}

describe('server-side apply', () => {
  test('makes the applier the owner of what it gives', () => {
    const made = apply(undefined, map({ a: '1' }, { labels: { l: 'x' } }), 'one');
    assert.deepEqual(made.data, { a: '1' });
    assert.deepEqual(owners(made), {
      'Apply one': { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:l': {} } } },
    });
  });

  test('removes what the applier no longer gives, and nobody else owns', () => {
    let live = apply(undefined, map({ a: '1', b: '1' }), 'one');
    live = apply(live, map({ b: '1', c: '1' }), 'two');
    live = apply(live, map({}), 'one');
    assert.deepEqual(live.data, { b: '1', c: '1' });
  });

  test('refuses to change what another owns, tells all of it, and takes it by force', () => {
    const live = apply(undefined, map({ a: '1', b: '1' }), 'one');
    const conflict = conflictOf(() => apply(live, map({ a: '2' }), 'two'));
    assert.equal(conflict.message, 'Apply failed with 1 conflict: conflict with "one": .data.a');
    const many = conflictOf(() => apply(live, map({ a: '2', b: '2' }), 'two'));
    assert.equal(many.message, 'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b');
    assert.deepEqual(many.details?.causes?.[0], {
      reason: 'FieldManagerConflict',
      message: 'conflict with "one"',
      field: '.data.a',
    });
    const forced = apply(live, map({ a: '2' }), 'two', true);
    assert.deepEqual(owners(forced), {
      'Apply one': { 'f:data': { 'f:b': {} } },
      'Apply two': { 'f:data': { 'f:a': {} } },
    });
  });

  test('lets several own a field on which they agree', () => {
    const live = apply(apply(undefined, map({ a: '1' }), 'one'), map({ a: '1' }), 'two');
    assert.equal(Object.keys(owners(live)).length, 2);
    assert.deepEqual(apply(live, map(undefined), 'one').data, { a: '1' });
  });

  test('merges keyed lists item by item, and replaces others', () => {
    let live = apply(
      undefined,
      pod([
        { name: 'a', image: '1', args: ['x'] },
        { name: 'b', image: '1' },
      ]),
      'one',
    );
    live = apply(
      live,
      pod([
        { name: 'b', env: [{ name: 'E', value: '1' }] },
        { name: 'c', image: '1' },
      ]),
      'two',
    );
    assert.deepEqual(live.spec, {
      containers: [
        { name: 'a', image: '1', args: ['x'] },
        { name: 'b', image: '1', env: [{ name: 'E', value: '1' }] },
        { name: 'c', image: '1' },
      ],
    });
    const conflict = conflictOf(() => apply(live, pod([{ name: 'a', image: '2', args: ['y'] }]), 'two'));
    assert.deepEqual(
      conflict.details?.causes?.map(({ field }) => field),
      ['.spec.containers[name="a"].args', '.spec.containers[name="a"].image'],
    );
    live = apply(live, pod([{ name: 'a', image: '1', args: ['x'] }]), 'one');
    assert.deepEqual(live.spec, {
      containers: [
        { name: 'a', image: '1', args: ['x'] },
        { name: 'b', env: [{ name: 'E', value: '1' }] },
        { name: 'c', image: '1' },
      ],
    });
  });

  test('tells a default of a key from its absence by nothing', () => {
    const port = (more: object) => pod([{ name: 'a', ports: [{ containerPort: 80, ...more }] }]);
    const live = apply(apply(undefined, port({ protocol: 'TCP' }), 'one'), port({ name: 'web' }), 'two');
    const [container] = (live.spec as { containers: { ports: object[] }[] }).containers;
    assert.deepEqual(container?.ports, [{ containerPort: 80, protocol: 'TCP', name: 'web' }]);
  });

  test('an object of which nobody kept track belongs to whoever came before', () => {
    const live = map({ a: '1' }, { uid: 'u', resourceVersion: '1' });
    const conflict = conflictOf(() => apply(live, map({ a: '2' }), 'one'));
    assert.match(
      conflict.message,
      /conflict with "before-first-apply" using v1 at 2026-01-01T00:00:00Z: \.data\.a$/,
    );
  });

  test('applying the same again changes nothing', () => {
    const live = apply(undefined, map({ a: '1' }), 'one');
    const later = serverSideApply(ConfigMaps, live, map({ a: '1' }), {
      fieldManager: 'one',
      force: false,
      now: now + 5000,
    });
    assert.deepEqual(later, live);
  });

  test('kubectl takes over what it applied itself on the client', () => {
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(map({ a: '1' })),
    };
    const manager = { name: 'kubectl-client-side-apply', operation: 'Update', apiVersion: 'v1' } as const;
    const live = trackUpdate(
      { before: undefined, after: map({ a: '1', b: '1' }, { annotations }) },
      { schema: undefined, manager, now, always: true },
    );
    assert.deepEqual(apply(live, map({ a: '2' }), 'kubectl').data, { a: '2', b: '1' });
    conflictOf(() => apply(live, map({ b: '2' }), 'kubectl'));
    conflictOf(() => apply(live, map({ a: '2' }), 'other'));
  });
});

describe('managed fields of updates', () => {
  const manager = (name: string) => ({ name, operation: 'Update', apiVersion: 'v1' }) as const;
  const update = (before: AnyObject | undefined, after: AnyObject, name: string) =>
    trackUpdate({ before, after }, { schema: undefined, manager: manager(name), now, always: true });

  test('an updater owns what it changed, from whomever', () => {
    const made = update(undefined, map({ a: '1', b: '1' }), 'one');
    const next = update(made, { ...made, data: { a: '2', c: '1' } }, 'two');
    assert.deepEqual(owners(next), {
      'Update one': { 'f:data': {} },
      'Update two': { 'f:data': { 'f:a': {}, 'f:c': {} } },
    });
  });

  test('an update that changes nothing leaves no trace', () => {
    const made = update(undefined, map({ a: '1' }), 'one');
    assert.deepEqual(update(made, made, 'two'), made);
    const { managedFields: _, ...metadata } = made.metadata;
    assert.deepEqual(
      update(made, { ...made, metadata }, 'two'),
      made,
      'a client that does not know the field',
    );
  });

  test('a client may rewrite, or reset, who owns what', () => {
    const made = update(undefined, map({ a: '1' }), 'one');
    const entries = made.metadata.managedFields!.map((entry) => ({ ...entry, manager: 'moved' }));
    const moved = update(made, { ...made, metadata: { ...made.metadata, managedFields: entries } }, 'two');
    assert.deepEqual(Object.keys(owners(moved)), ['Update moved']);
    const reset = update(made, { ...made, metadata: { ...made.metadata, managedFields: [] } }, 'two');
    assert.equal(reset.metadata.managedFields, undefined);
  });

  test('of many updaters the oldest become one', () => {
    let live = update(undefined, map({}), 'first');
    for (let i = 0; i < 15; i++)
      live = update(live, { ...live, data: { ...(live.data as object), [`k${i}`]: '1' } }, `m${i}`);
    const names = live.metadata.managedFields!.map((entry) => entry.manager);
    assert.ok(names.length <= 10 && names.includes('ancient-changes'), names.join(' '));
  });
});

const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:1');
const fields: fc.Arbitrary<object> = fc.letrec((tie) => ({
  set: fc.dictionary(element, fc.oneof({ maxDepth: 2 }, fc.constant({}), tie('set')), { maxKeys: 3 }),
})).set as fc.Arbitrary<object>;

test('field sets are sets, and come back from their JSON', () => {
  fc.assert(
    fc.property(fields, fields, (left, right) => {
      const [a, b] = [fieldSetOf(left), fieldSetOf(right)];
      assert.deepEqual(fieldSetOf(a.toJSON()).toJSON(), a.toJSON());
      assert.deepEqual(union(a, b).toJSON(), union(b, a).toJSON());
      assert.deepEqual(union(difference(a, b), intersection(a, b)).toJSON(), a.toJSON());
      assert.ok(intersection(difference(a, b), b).empty);
      for (const path of a.paths()) assert.ok(union(a, b).has(path));
    }),
  );
});

test('what differs between an object and nothing is all that is in it', () => {
  fc.assert(
    fc.property(fc.object({ maxDepth: 3, values: [fc.string(), fc.integer()] }), (object) => {
      const { added, modified, removed } = compare(undefined, {}, object);
      assert.ok(modified.empty && removed.empty);
      assert.ok(difference(fieldsGiven(undefined, object, new FieldSet()), added).empty);
      assert.ok(compare(undefined, object, object).added.empty);
    }),
  );
});
