import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { type ContentStore, openLayoutStore } from '@assay/oci';
import { bundleImage, pushBundle } from '../bundle/bundle-image.ts';
import { readBundleObjects } from '../bundle/bundle-object.ts';
import { readBundle } from '../bundle/read-bundle.ts';
import { type PromoteOptions, promoteBundle, requireNewVersion, revokeBundle } from './promote-bundle.ts';
import { readTrust, trustHistory, updateTrust } from './trust-store.ts';
import { promote } from './trusted-tasks.ts';

const now = new Date('2026-06-01T12:00:00Z');
const repository = 'registry.test/tasks/lint';
const key = `oci://${repository}:0.1`;
let directory: string;
let content: ContentStore;
let options: PromoteOptions;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assay-catalog-'));
  content = openLayoutStore(directory);
  options = { store: () => content, trust: { store: content, repository: 'registry.test/trust' }, now };
});
afterEach(() => rmSync(directory, { recursive: true }));

function task(step: string, { version = 'app.kubernetes.io/version: "0.1"', spec = '' } = {}): string {
  return `
apiVersion: tekton.dev/v1
kind: Task
metadata:
  name: lint
  labels: { ${version} }
spec:
  description: Looks for faults.
  ${spec}
  steps:
    - name: look
      image: localhost/toolbox
      ${step}
`;
}

async function bundle(text: string): Promise<string> {
  const image = await bundleImage(readBundleObjects(text, 'lint.yaml'));
  await pushBundle(content, { repository, tag: '0.1' }, image);
  return image.digest;
}

test('a bundle reads back what it was made of, with the annotations of Konflux', async () => {
  await bundle(task('script: echo fine'));
  const { objects, digest, tag } = await readBundle(content, `${repository}:0.1`);
  assert.deepEqual(
    [objects[0]!.kind, objects[0]!.name, objects[0]!.version, tag],
    ['Task', 'lint', '0.1', '0.1'],
  );
  const { bytes } = await content.getManifest(repository, digest);
  const { annotations, layers } = JSON.parse(Buffer.from(bytes).toString());
  assert.equal(annotations['org.opencontainers.image.version'], '0.1');
  assert.equal(annotations['org.opencontainers.image.description'], 'Looks for faults.');
  assert.deepEqual(layers[0].annotations, {
    'dev.tekton.image.apiVersion': 'v1',
    'dev.tekton.image.kind': 'task',
    'dev.tekton.image.name': 'lint',
  });
});

test('the same task has the same digest, however its file is laid out', async () => {
  const first = await bundle(task('script: echo fine'));
  const second = await bundle(task('script: "echo fine" # with a comment'));
  assert.equal(first, second);
  assert.notEqual(first, await bundle(task('script: echo other')));
});

test('a sound task is promoted, and revoked again', async () => {
  const digest = await bundle(task('script: echo fine'));
  const { version } = await promoteBundle(`${repository}:0.1`, options);
  assert.deepEqual(version.tasks, { [key]: [{ ref: digest }] });
  const revoked = await revokeBundle({ repository, tag: '0.1' }, { ...options, on: now });
  assert.deepEqual(revoked.tasks[key], [{ ref: digest, expires_on: '2026-06-01T12:00:00Z' }]);
  const history = await trustHistory(options.trust);
  assert.deepEqual(history.map(({ reason }) => reason.split(' ')[0]).sort(), ['promote', 'revoke']);
});

suite('a task is not promoted when', () => {
  const cases: [what: string, text: string, message: RegExp][] = [
    [
      'it pastes a param into a script',
      task('script: echo $(params.word)', { spec: 'params: [{ name: word }]' }),
      /the script holds \$\(params\.word\): pass it through env/,
    ],
    [
      'a step asks to be privileged',
      task('securityContext: { privileged: true }'),
      /Task lint, step look: it asks to be privileged/,
    ],
    [
      'a step asks for capabilities',
      task('securityContext: { capabilities: { add: [SYS_ADMIN] } }'),
      /it asks for capabilities: SYS_ADMIN/,
    ],
    [
      'it mounts the host',
      task('script: "true"', { spec: 'volumes: [{ name: host, hostPath: { path: / } }]' }),
      /volume host is a path of the host/,
    ],
    [
      'it has no version',
      task('script: "true"', { version: 'a: b' }),
      /no label app\.kubernetes\.io\/version/,
    ],
    ['it is not valid', task('onError: never'), /onError/],
  ];
  for (const [what, text, message] of cases) {
    test(what, async () => {
      await bundle(text);
      await assert.rejects(promoteBundle(`${repository}:0.1`, options), { code: 'TaskRefused', message });
      assert.equal(await readTrust(options.trust), undefined);
    });
  }

  test('it is no bundle, or not there', async () => {
    await assert.rejects(promoteBundle(`${repository}:9.9`, options), { code: 'InvalidBundle' });
  });
});

test('a version that is published is not published again with other content', async () => {
  const digest = await bundle(task('script: echo fine'));
  await requireNewVersion(content, { repository, tag: '0.1' }, digest);
  await requireNewVersion(content, { repository, tag: '0.2' }, `sha256:${'0'.repeat(64)}`);
  await assert.rejects(requireNewVersion(content, { repository, tag: '0.1' }, `sha256:${'0'.repeat(64)}`), {
    code: 'VersionTaken',
    hint: /raise its label/,
  });
});

test('promotions at the same time lose no entry', async () => {
  const overlap = { now, overlapDays: 60 };
  const names = Array.from({ length: 8 }, (_, index) => `oci://registry.test/task-${index}:0.1`);
  await Promise.all(
    names.map((name) =>
      updateTrust(options.trust, (tasks) => promote(tasks, name, 'sha256:a', overlap), {
        now,
        reason: name,
      }),
    ),
  );
  const { tasks } = (await readTrust(options.trust))!;
  assert.deepEqual(Object.keys(tasks).sort(), [...names].sort());
});

test('a writer that died before the latest was moved loses nothing either', async () => {
  const dying: ContentStore = new Proxy(content, {
    get(target, property, receiver) {
      if (property !== 'putManifest') {
        const value = Reflect.get(target, property, receiver) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return async (...[where, tag, bytes, type]: Parameters<ContentStore['putManifest']>) => {
        if (tag === 'latest') throw new Error('killed');
        return target.putManifest(where, tag, bytes, type);
      };
    },
  });
  const change = (name: string) => (tasks: Parameters<typeof promote>[0]) =>
    promote(tasks, name, 'sha256:a', { now, overlapDays: 60 });
  const reason = { now, reason: 'test' };
  await assert.rejects(updateTrust({ ...options.trust, store: dying }, change('oci://a'), reason), /killed/);
  await updateTrust(options.trust, change('oci://b'), reason);
  assert.deepEqual(Object.keys((await readTrust(options.trust))!.tasks).sort(), ['oci://a', 'oci://b']);
});
