import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigMaps } from '../core/config-map.ts';
import { Events } from '../core/event.ts';
import { PersistentVolumeClaims } from '../core/persistent-volume-claim.ts';
import { Pods } from '../core/pod.ts';
import { isKubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { humanDuration } from './human-duration.ts';
import { parseJsonPath } from './json-path.ts';
import { tableOf } from './table.ts';

const now = Date.parse('2026-01-02T00:00:00Z');

function cells(resource: ResourceType, object: object): unknown[] {
  const table = JSON.parse(
    tableOf(resource, [JSON.stringify(object)], { apiVersion: 'meta.k8s.io/v1', includeObject: 'None', now }),
  ) as { columnDefinitions: { name: string }[]; rows: { cells: unknown[] }[] };
  assert.equal(table.columnDefinitions.length, table.rows[0]?.cells.length);
  return table.rows[0]!.cells;
}

test('durations have about two units', () => {
  const s = 1000;
  const cases: [number, string][] = [
    [0, '0s'],
    [119 * s, '119s'],
    [120 * s, '2m'],
    [125 * s, '2m5s'],
    [600 * s, '10m'],
    [3 * 3600 * s, '3h'],
    [3 * 3600 * s + 60 * s, '3h1m'],
    [9 * 3600 * s, '9h'],
    [49 * 3600 * s, '2d1h'],
    [30 * 86400 * s, '30d'],
    [800 * 86400 * s, '2y70d'],
    [9 * 365 * 86400 * s, '9y'],
    [-5 * s, '<invalid>'],
  ];
  for (const [ms, text] of cases) assert.equal(humanDuration(ms), text);
});

test('a JSONPath finds fields, items, filtered items and everything below', () => {
  const object = {
    status: {
      conditions: [
        { type: 'Ready', status: 'False' },
        { type: 'Succeeded', status: 'True', n: 3 },
      ],
      'a.b': { c: 1 },
    },
    list: [1, 2, 3],
  };
  const cases: [string, unknown[]][] = [
    ['.status.conditions[?(@.type=="Succeeded")].status', ['True']],
    [".status.conditions[?(@.type=='None')].status", []],
    ['.status.conditions[?(@.n>2)].type', ['Succeeded']],
    ['.status.conditions[?(@.n)].type', ['Succeeded']],
    ['.status.conditions[*].type', ['Ready', 'Succeeded']],
    ['.status.a\\.b.c', [1]],
    [".status['a.b'].c", [1]],
    ['list[0]', [1]],
    ['.list[-1]', [3]],
    ['.list[1:]', [2, 3]],
    ['..n', [3]],
    ['.none.at.all', []],
    ['$.list[0]', [1]],
    ['', [object]],
  ];
  for (const [path, found] of cases) assert.deepEqual(parseJsonPath(path)(object), found, path);
});

test('what is no JSONPath is refused, whatever it is', () => {
  for (const path of ['.a[', '.a[?(x)]', '.a[b', 'a b[']) {
    assert.throws(
      () => parseJsonPath(path),
      (error) => isKubeError(error, 'BadRequest'),
    );
  }
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'.[]()?@*$"\'a0=\\: '), maxLength: 30 }), (path) => {
      try {
        parseJsonPath(path)({ a: [{ a: 0 }] });
      } catch (error) {
        assert.ok(isKubeError(error, 'BadRequest'), String(error));
      }
    }),
  );
});

test('core kinds have the columns that kubectl shows', () => {
  const metadata = { name: 'x', creationTimestamp: '2026-01-01T00:00:00Z' };
  assert.deepEqual(cells(ConfigMaps, { metadata, data: { a: '1' }, binaryData: { b: 'YQ==' } }), [
    'x',
    2,
    '24h',
  ]);
  assert.deepEqual(
    cells(PersistentVolumeClaims, {
      metadata,
      spec: { storageClassName: 'local' },
      status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } },
    }),
    ['x', 'Bound', '', '1Gi', 'RWO', 'local', '24h', ''],
  );
  const event = {
    metadata,
    type: 'Normal',
    reason: 'Started',
    message: 'it goes',
    count: 3,
    firstTimestamp: '2026-01-01T23:00:00Z',
    lastTimestamp: '2026-01-01T23:59:30Z',
    involvedObject: { kind: 'TaskRun', name: 'r' },
    source: { component: 'runner' },
  };
  assert.deepEqual(cells(Events, event), [
    '30s (x3 over 60m)',
    'Normal',
    'Started',
    'taskrun/r',
    '',
    'runner',
    'it goes',
    '60m',
    3,
    'x',
  ]);
});

test('a pod shows the container that says most', () => {
  const metadata = { name: 'p', creationTimestamp: '2026-01-01T00:00:00Z' };
  const spec = { containers: [{ name: 'a' }, { name: 'b' }], initContainers: [{ name: 'i' }] };
  const container = (name: string, state: object, ready = false) => ({ name, state, ready, restartCount: 1 });
  const done = container('i', { terminated: { exitCode: 0 } });
  const status = (...of: object[]) => ({
    phase: 'Running',
    initContainerStatuses: [done],
    containerStatuses: of,
  });
  const shown = (more: object) => cells(Pods, { metadata, spec, ...more }).slice(1, 4);
  const running = { running: {} };
  assert.deepEqual(shown({ status: status(container('a', running, true), container('b', running, true)) }), [
    '2/2',
    'Running',
    '2',
  ]);
  assert.deepEqual(
    shown({
      status: status(
        container('a', running, true),
        container('b', { terminated: { exitCode: 0, reason: 'Completed' } }),
      ),
    }),
    ['1/2', 'Running', '2'],
  );
  assert.deepEqual(shown({ status: status(container('a', { terminated: { exitCode: 3 } })) }), [
    '0/2',
    'ExitCode:3',
    '1',
  ]);
  assert.deepEqual(
    shown({ status: { initContainerStatuses: [container('i', { waiting: { reason: 'ErrImagePull' } })] } }),
    ['0/2', 'Init:ErrImagePull', '0'],
  );
  const terminating = {
    metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    spec,
    status: {},
  };
  assert.equal(cells(Pods, terminating)[2], 'Terminating');
});
