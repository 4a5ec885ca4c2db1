import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { adminIdentity, observerIdentity, runnerIdentity } from '../access/identity.ts';
import { type ConfigMap, ConfigMaps } from '../core/config-map.ts';
import { Namespaces } from '../core/namespace.ts';
import { type Secret, Secrets } from '../core/secret.ts';
import { KubeError, type KubeErrorCode } from '../error.ts';
import type { KubeObject, ResourceType } from '../object.ts';
import type { Client, WatchEvent } from './client.ts';
import { type Host, hosts, type Run, TaskRuns } from './contract-hosts.ts';

const Unserved: ResourceType = { ...TaskRuns, kind: 'Other', plural: 'others' };

function configMap(
  name: string,
  data: Record<string, string> = {},
  labels?: Record<string, string>,
): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(labels && { labels }) }, data };
}

function run(name: string, more: Partial<Run> = {}): Run {
  const { metadata, ...rest } = more;
  return { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata: { name, ...metadata }, spec: {}, ...rest };
}

function rejects(code: KubeErrorCode, message?: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof KubeError, String(error));
    assert.equal(error.code, code, error.message);
    if (message) assert.match(error.message, message);
    return true;
  };
}

/** The next `count` events that are not bookmarks, as `TYPE name`. */
async function take<T extends KubeObject>(
  events: AsyncIterator<WatchEvent<T>>,
  count: number,
): Promise<{ type: string; object: T }[]> {
  const taken: { type: string; object: T }[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) break;
    if (value.type !== 'BOOKMARK') taken.push(value);
  }
  return taken;
}

function named(events: { type: string; object: KubeObject }[]): string[] {
  return events.map(({ type, object }) => `${type} ${object.metadata.name}`);
}

for (const [where, start] of Object.entries(hosts)) {
  describe(`a client ${where}`, () => {
    let host: Host;
    let admin: Client;
    before(async () => {
      host = await start();
      admin = host.clientOf(adminIdentity);
    });
    after(() => host.close());

    test('creates an object with what the server adds', async () => {
      const made = await admin.create(ConfigMaps, configMap('made', { a: '1' }));
      assert.equal(made.metadata.namespace, 'default');
      assert.match(made.metadata.uid ?? '', /^[0-9a-f-]{36}$/);
      assert.match(made.metadata.creationTimestamp ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(made.metadata.generation, 1);
      assert.deepEqual(await admin.get(ConfigMaps, 'default', 'made'), made);
    });

    test('refuses a second object of the name', async () => {
      await admin.create(ConfigMaps, configMap('twice'));
      await assert.rejects(
        admin.create(ConfigMaps, configMap('twice')),
        rejects('AlreadyExists', /^configmaps "twice" already exists$/),
      );
    });

    test('says what is not found', async () => {
      await assert.rejects(
        admin.get(TaskRuns, 'default', 'none'),
        rejects('NotFound', /^taskruns\.tekton\.dev "none" not found$/),
      );
      await assert.rejects(admin.delete(ConfigMaps, 'default', 'none'), rejects('NotFound'));
      await assert.rejects(admin.update(ConfigMaps, configMap('none')), rejects('NotFound'));
      await assert.rejects(admin.list(Unserved), rejects('NotFound', /served here/));
      await assert.rejects(
        admin.create(ConfigMaps, { ...configMap('x'), metadata: { name: 'x', namespace: 'nowhere' } }),
        rejects('NotFound', /^namespaces "nowhere" not found$/),
      );
    });

    test('refuses names and labels that Kubernetes refuses', async () => {
      await assert.rejects(
        admin.create(TaskRuns, run('Bad_Name')),
        rejects(
          'Invalid',
          /^TaskRun\.tekton\.dev "Bad_Name" is invalid: metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain/,
        ),
      );
      await assert.rejects(admin.create(ConfigMaps, configMap('x', {}, { 'a b': 'c' })), rejects('Invalid'));
      await assert.rejects(admin.create(ConfigMaps, { ...configMap('x'), metadata: {} }), rejects('Invalid'));
    });

    test('generates names', async () => {
      const object = { ...run('x'), metadata: { generateName: 'build-' } };
      const names = new Set<string>();
      for (let i = 0; i < 5; i++) names.add((await admin.create(TaskRuns, object)).metadata.name ?? '');
      assert.equal(names.size, 5);
      for (const name of names) assert.match(name, /^build-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    });

    test('updates at the version it read, and no other', async () => {
      const first = await admin.create(ConfigMaps, configMap('versioned', { a: '1' }));
      const second = await admin.update(ConfigMaps, { ...first, data: { a: '2' } });
      assert.equal(second.metadata.generation, 2);
      await assert.rejects(
        admin.update(ConfigMaps, { ...first, data: { a: '3' } }),
        rejects(
          'Conflict',
          /^Operation cannot be fulfilled on configmaps "versioned": the object has been modified/,
        ),
      );
      const unconditional = await admin.update(ConfigMaps, configMap('versioned', { a: '4' }));
      assert.equal(unconditional.metadata.uid, first.metadata.uid);
    });

    test('does not write an update that changes nothing', async () => {
      const made = await admin.create(ConfigMaps, configMap('same', { a: '1', b: '2' }));
      assert.deepEqual(await admin.update(ConfigMaps, { ...made, data: { b: '2', a: '1' } }), made);
      assert.deepEqual(await admin.patch(ConfigMaps, 'default', 'same', { data: { a: '1' } }), made);
    });

    test('keeps status and the rest apart', async () => {
      const runner = host.clientOf(runnerIdentity);
      const made = await admin.create(TaskRuns, run('apart', { status: { phase: 'Forged' } }));
      assert.equal(made.status, undefined);
      const told = await runner.updateStatus(TaskRuns, {
        ...made,
        spec: { step: 'x' },
        status: { phase: 'Running' },
      });
      assert.deepEqual([told.spec, told.status, told.metadata.generation], [{}, { phase: 'Running' }, 1]);
      const changed = await admin.update(TaskRuns, {
        ...told,
        spec: { step: 'y' },
        status: { phase: 'Forged' },
      });
      assert.deepEqual([changed.spec, changed.status], [{ step: 'y' }, { phase: 'Running' }]);
      assert.equal(changed.metadata.generation, 2);
      const patched = await runner.patch(
        TaskRuns,
        'default',
        'apart',
        { spec: null, status: { phase: 'Done' } },
        { subresource: 'status' },
      );
      assert.deepEqual([patched.spec, patched.status], [{ step: 'y' }, { phase: 'Done' }]);
    });

    test('merges patches', async () => {
      await admin.create(ConfigMaps, configMap('patched', { a: '1', b: '2' }));
      const patched = await admin.patch(ConfigMaps, 'default', 'patched', { data: { a: null, c: '3' } });
      assert.deepEqual(patched.data, { b: '2', c: '3' });
      await assert.rejects(
        admin.patch(ConfigMaps, 'default', 'patched', {
          metadata: { resourceVersion: '1' },
          data: { a: 'x' },
        }),
        rejects('Conflict'),
      );
    });

    test('folds stringData into data', async () => {
      const secret: Secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        stringData: { k: 'hé' },
      };
      const made = await admin.create(Secrets, secret);
      assert.deepEqual([made.type, made.data, made.stringData], ['Opaque', { k: 'aMOp' }, undefined]);
    });

    test('lists by namespace, labels and fields', async () => {
      await admin.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lists' } });
      for (const [name, tier] of [
        ['b', 'web'],
        ['a', 'db'],
        ['c', 'web'],
      ] as const) {
        const object = configMap(name, {}, { tier });
        await admin.create(ConfigMaps, { ...object, metadata: { ...object.metadata, namespace: 'lists' } });
      }
      const names = async (options: object) =>
        (await admin.list(ConfigMaps, { namespace: 'lists', ...options })).items.map(
          (item) => item.metadata.name,
        );
      assert.deepEqual(await names({}), ['a', 'b', 'c']);
      assert.deepEqual(await names({ labelSelector: 'tier=web' }), ['b', 'c']);
      assert.deepEqual(await names({ labelSelector: 'tier notin (web)' }), ['a']);
      assert.deepEqual(await names({ fieldSelector: 'metadata.name=c' }), ['c']);
      assert.deepEqual((await admin.list(ConfigMaps, { namespace: 'empty' })).items, []);
      assert.equal((await admin.list(ConfigMaps)).items[0]?.apiVersion, 'v1');
      await assert.rejects(admin.list(ConfigMaps, { labelSelector: 'a in' }), rejects('BadRequest'));
      await assert.rejects(admin.list(ConfigMaps, { fieldSelector: 'spec.x=1' }), rejects('BadRequest'));
    });

    test('deletes under preconditions', async () => {
      const made = await admin.create(ConfigMaps, configMap('goes'));
      await assert.rejects(
        admin.delete(ConfigMaps, 'default', 'goes', { preconditions: { uid: 'another' } }),
        rejects('Conflict'),
      );
      await admin.delete(ConfigMaps, 'default', 'goes', { preconditions: { uid: made.metadata.uid ?? '' } });
      await assert.rejects(admin.get(ConfigMaps, 'default', 'goes'), rejects('NotFound'));
    });

    test('holds a deleted object until its finalizers are gone', async () => {
      const object = configMap('held');
      await admin.create(ConfigMaps, { ...object, metadata: { ...object.metadata, finalizers: ['a.b/c'] } });
      await admin.delete(ConfigMaps, 'default', 'held');
      const held = await admin.get(ConfigMaps, 'default', 'held');
      assert.ok(held.metadata.deletionTimestamp);
      await admin.delete(ConfigMaps, 'default', 'held');
      await assert.rejects(
        admin.patch(ConfigMaps, 'default', 'held', { metadata: { finalizers: ['a.b/c', 'd.e/f'] } }),
        rejects('Invalid', /no new finalizers can be added/),
      );
      await admin.patch(ConfigMaps, 'default', 'held', { metadata: { finalizers: null } });
      await assert.rejects(admin.get(ConfigMaps, 'default', 'held'), rejects('NotFound'));
    });

    test('gives copies', async () => {
      await admin.create(ConfigMaps, configMap('copied', { a: '1' }));
      const copy = await admin.get(ConfigMaps, 'default', 'copied');
      copy.data = { a: 'spoilt' };
      assert.deepEqual((await admin.get(ConfigMaps, 'default', 'copied')).data, { a: '1' });
    });

    test('watches what follows a list', async () => {
      const { resourceVersion } = await admin.list(TaskRuns);
      const stop = new AbortController();
      const events = admin.watch(TaskRuns, { resourceVersion, signal: stop.signal })[Symbol.asyncIterator]();
      const made = await admin.create(TaskRuns, run('watched'));
      const changed = await admin.update(TaskRuns, { ...made, spec: { step: 'x' } });
      await admin.create(ConfigMaps, configMap('other-resource'));
      await admin.delete(TaskRuns, 'default', 'watched');
      const seen = await take(events, 3);
      assert.deepEqual(named(seen), ['ADDED watched', 'MODIFIED watched', 'DELETED watched']);
      assert.deepEqual(seen[0]?.object, made);
      assert.deepEqual(seen[1]?.object, changed);
      assert.ok(Number(seen[2]?.object.metadata.resourceVersion) > Number(changed.metadata.resourceVersion));
      const end = events.next();
      stop.abort();
      assert.equal((await end).done, true);
    });

    test('watches from the present objects when no version is given', async () => {
      await admin.create(ConfigMaps, configMap('present', {}, { watch: 'all' }));
      const stop = new AbortController();
      const events = admin
        .watch(ConfigMaps, { labelSelector: 'watch=all', signal: stop.signal })
        [Symbol.asyncIterator]();
      assert.deepEqual(named(await take(events, 1)), ['ADDED present']);
      const mark = await events.next();
      assert.equal(mark.value?.type, 'BOOKMARK');
      await admin.create(ConfigMaps, configMap('later', {}, { watch: 'all' }));
      assert.deepEqual(named(await take(events, 1)), ['ADDED later']);
      stop.abort();
    });

    test('shows a watcher with a selector what comes to match and what ceases to', async () => {
      const { resourceVersion } = await admin.list(ConfigMaps);
      const stop = new AbortController();
      const options = { resourceVersion, labelSelector: 'on=yes', signal: stop.signal };
      const events = admin.watch(ConfigMaps, options)[Symbol.asyncIterator]();
      await admin.create(ConfigMaps, configMap('switch', {}, { on: 'no' }));
      const label = (on: string) =>
        admin.patch(ConfigMaps, 'default', 'switch', { metadata: { labels: { on } } });
      await label('yes');
      await admin.patch(ConfigMaps, 'default', 'switch', { data: { x: '1' } });
      await label('no');
      await admin.delete(ConfigMaps, 'default', 'switch');
      await admin.create(ConfigMaps, configMap('switch-end', {}, { on: 'yes' }));
      assert.deepEqual(named(await take(events, 4)), [
        'ADDED switch',
        'MODIFIED switch',
        'DELETED switch',
        'ADDED switch-end',
      ]);
      stop.abort();
    });

    test('says Expired when the history no longer reaches back', async () => {
      const { resourceVersion } = await admin.list(ConfigMaps);
      await admin.create(ConfigMaps, configMap('counter'));
      for (let i = 0; i < 230; i++)
        await admin.patch(ConfigMaps, 'default', 'counter', { data: { i: `${i}` } });
      await assert.rejects(
        async () => {
          for await (const _ of admin.watch(ConfigMaps, { resourceVersion })) break;
        },
        rejects('Expired', /^too old resource version: /),
      );
    });

    test('forbids what the identity may not do, in the words of Kubernetes', async () => {
      const observer = host.clientOf(observerIdentity);
      const made = await admin.create(TaskRuns, run('guarded'));
      await assert.rejects(
        observer.updateStatus(TaskRuns, { ...made, status: { phase: 'Forged' } }),
        rejects(
          'Forbidden',
          /^taskruns\.tekton\.dev "guarded" is forbidden: User "observer" cannot update resource "taskruns\/status" in API group "tekton\.dev" in the namespace "default"$/,
        ),
      );
      await assert.rejects(
        admin.updateStatus(TaskRuns, { ...made, status: { phase: 'x' } }),
        rejects('Forbidden'),
      );
      await assert.rejects(
        observer.list(Secrets),
        rejects('Forbidden', /cannot list resource "secrets" .* at the cluster scope$/),
      );
      await assert.rejects(
        host.clientOf({ name: 'stranger', groups: [] }).get(TaskRuns, 'default', 'guarded'),
        rejects('Forbidden'),
      );
      await assert.rejects(async () => {
        for await (const _ of observer.watch(Secrets, { resourceVersion: '1' })) break;
      }, rejects('Forbidden'));
    });

    test('leaves the signing annotations to the observer', async () => {
      const observer = host.clientOf(observerIdentity);
      const runner = host.clientOf(runnerIdentity);
      const signed = { 'chains.tekton.dev/signed': 'true' };
      const made = await runner.create(
        TaskRuns,
        run('signed', { metadata: { annotations: { ...signed, a: 'b' } } }),
      );
      assert.deepEqual(made.metadata.annotations, { a: 'b' });
      for (const client of [admin, runner]) {
        await assert.rejects(
          client.patch(TaskRuns, 'default', 'signed', { metadata: { annotations: signed } }),
          rejects('Forbidden', /cannot change metadata\.annotations\[chains\.tekton\.dev\/signed\]/),
        );
      }
      const patch = { metadata: { annotations: signed, finalizers: ['chains.tekton.dev/taskrun'] } };
      const patched = await observer.patch(TaskRuns, 'default', 'signed', patch);
      assert.deepEqual(patched.metadata.annotations, { a: 'b', ...signed });
      await assert.rejects(admin.update(TaskRuns, run('signed')), rejects('Forbidden'));
      await assert.rejects(
        observer.patch(TaskRuns, 'default', 'signed', { metadata: { annotations: { a: 'c' } } }),
        rejects('Forbidden', /may change only annotations under chains\.tekton\.dev\//),
      );
      await assert.rejects(
        observer.patch(TaskRuns, 'default', 'signed', { spec: { step: 'evil' } }),
        rejects('Forbidden'),
      );
      await assert.rejects(
        observer.patch(TaskRuns, 'default', 'signed', { metadata: { finalizers: ['someone.else/x'] } }),
        rejects('Forbidden'),
      );
      await assert.rejects(observer.delete(TaskRuns, 'default', 'signed'), rejects('Forbidden'));
    });
  });
}
