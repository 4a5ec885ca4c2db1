import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  createRegistryClient,
  createRegistryServer,
  mediaTypes,
  openLayoutStore,
  type RegistryServer,
} from '@assay/oci';
import { succeededCondition, type TaskRun } from '@assay/tekton';
import { FactoryHome } from './testing/factory-home.ts';

const task = (name: string) =>
  `apiVersion: tekton.dev/v1
kind: Task
metadata: { name: ${name} }
spec:
  params: [{ name: who, default: nobody }]
  results: [{ name: said }]
  steps:
    - { name: say, image: localhost/toolbox, script: 'printf "${name} to $(params.who)" | tee $(results.said.path)' }
`;
const login = { username: 'reader', password: 'of bundles' };

let home: FactoryHome;
let scratch: string;
let files: Server;
let origin: string;
let registry: RegistryServer;
let bundle: { reference: string; digest: string };
let git: { url: string; commit: string };

before(async () => {
  home = await FactoryHome.create();
  scratch = mkdtempSync(join(tmpdir(), 'assay-resolvers-'));
  files = createServer((request, response) => {
    if (request.url === '/task.yaml') response.end(task('http'));
    else if (request.url === '/api/v1/packages/tekton-task/tekton-catalog-tasks/hub/0.1.0')
      response.end(JSON.stringify({ version: '0.1.0', data: { manifestRaw: task('hub') } }));
    else if (request.url === '/api/v1/packages/tekton-task/tekton-catalog-tasks/hub')
      response.end(JSON.stringify({ available_versions: [{ version: '0.1.0' }] }));
    else response.writeHead(404).end('{"message":"not found"}');
  });
  await new Promise<void>((done) => files.listen(0, '127.0.0.1', done));
  origin = `127.0.0.1:${(files.address() as AddressInfo).port}`;
  const settings = (name: string, data: object) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
  home.write(
    `${settings('hubresolver-config', { 'artifact-hub-urls': `- http://${origin}/` })}\n---\n${settings('assay-resolvers', { 'allowed-hosts': origin })}\n`,
    'tekton.yaml',
  );
  const repository = join(scratch, 'catalog');
  mkdirSync(join(repository, 'tasks'), { recursive: true });
  writeFileSync(join(repository, 'tasks/git.yaml'), task('git'));
  const added = await home.assay(['source', 'add', repository]);
  const [url = '', commit = ''] = added.stdout.trim().split(' ');
  git = { url, commit };
  ({ registry, bundle } = await privateRegistry());
});
after(async () => {
  files.close();
  await registry.close();
  rmSync(scratch, { recursive: true });
  home.remove();
});

/** A registry that wants a login for everything, with one bundle in it. */
async function privateRegistry() {
  const basic = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  const server = await createRegistryServer({
    store: openLayoutStore(join(scratch, 'registry')),
    authorize: ({ headers }) => (headers.authorization === basic ? 'allow' : 401),
  });
  const host = await server.listen();
  const client = createRegistryClient({ credentials: async () => ({ type: 'basic', ...login }) });
  const repository = `${host}/team/tasks`;
  const config = await client.putBlob(repository, Buffer.from('{"architecture":"amd64","os":"linux"}'));
  const layer = await client.putBlob(repository, Buffer.from(task('bundled')));
  const annotations = {
    'dev.tekton.image.kind': 'task',
    'dev.tekton.image.name': 'bundled',
    'dev.tekton.image.apiVersion': 'v1',
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { ...config, mediaType: mediaTypes.config },
    layers: [{ ...layer, mediaType: 'application/yaml', annotations }],
  };
  const content = Buffer.from(JSON.stringify(manifest));
  const { digest } = await client.putManifest(repository, 'v1', content, mediaTypes.manifest);
  return { registry: server, bundle: { reference: `${repository}:v1`, digest } };
}

/** A TaskRun that takes its Task through a resolver. */
function taskRun(name: string, resolver: string, params: Record<string, string>, more: object = {}): string {
  const list = Object.entries(params).map(([key, value]) => ({ name: key, value }));
  return JSON.stringify({
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name },
    spec: { taskRef: { resolver, params: list }, params: [{ name: 'who', value: 'me' }], ...more },
  });
}

async function ended(documents: readonly string[], ...flags: string[]): Promise<Map<string, TaskRun>> {
  const { object, stderr } = await home.runToJson(documents.join('\n---\n'), ...flags);
  const runs = (object.kind === 'List' ? object.items : [object]) as TaskRun[];
  assert.ok(runs.length > 0, stderr);
  return new Map(runs.map((run) => [run.metadata.name ?? '', run]));
}

const outcome = (run: TaskRun | undefined) => {
  const { reason, message } = succeededCondition(run!) ?? {};
  return `${reason}: ${message}`;
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a Task through a resolver', () => {
  test('runs, and its run says where it came from', async () => {
    const elsewhere = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shared' } });
    const account = [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'kubernetes.io/dockerconfigjson',
        metadata: { name: 'registry' },
        stringData: {
          '.dockerconfigjson': JSON.stringify({
            auths: {
              [bundle.reference.split('/')[0]!]: {
                auth: Buffer.from(`${login.username}:${login.password}`).toString('base64'),
              },
            },
          }),
        },
      },
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'puller' },
        imagePullSecrets: [{ name: 'registry' }],
      },
    ].map((object) => JSON.stringify(object));
    const runs = await ended([
      elsewhere,
      task('cluster').replace('{ name: cluster }', '{ name: cluster, namespace: shared }'),
      ...account,
      taskRun('of-git', 'git', { url: git.url, revision: 'main', pathInRepo: 'tasks/git.yaml' }),
      taskRun('of-http', 'http', {
        url: `http://${origin}/task.yaml`,
        digest: `sha256:${sha256(task('http'))}`,
      }),
      taskRun('of-hub', 'hub', { name: 'hub', version: '0.1' }),
      taskRun('of-cluster', 'cluster', { kind: 'task', name: 'cluster', namespace: 'shared' }),
      taskRun('of-account', 'bundles', {
        bundle: bundle.reference,
        name: 'bundled',
        kind: 'task',
        serviceAccount: 'puller',
      }),
      taskRun('of-secret', 'bundles', {
        bundle: bundle.reference,
        name: 'bundled',
        kind: 'task',
        secret: 'registry',
      }),
    ]);
    const said = Object.fromEntries(
      [...runs].map(([name, run]) => [name, run.status?.results?.[0]?.value ?? outcome(run)]),
    );
    assert.deepEqual(said, {
      'of-git': 'git to me',
      'of-http': 'http to me',
      'of-hub': 'hub to me',
      'of-cluster': 'cluster to me',
      'of-account': 'bundled to me',
      'of-secret': 'bundled to me',
    });
    const source = (name: string) => runs.get(name)?.status?.provenance?.refSource;
    assert.deepEqual(source('of-git'), {
      uri: `git+${git.url}`,
      digest: { sha1: git.commit },
      entryPoint: 'tasks/git.yaml',
    });
    assert.deepEqual(source('of-http')?.digest, { sha256: sha256(task('http')) });
    assert.equal(
      source('of-hub')?.uri,
      `http://${origin}/api/v1/packages/tekton-task/tekton-catalog-tasks/hub/0.1.0`,
    );
    assert.deepEqual(source('of-secret'), {
      uri: bundle.reference.replace(/:v1$/, ''),
      digest: { sha256: bundle.digest.replace('sha256:', '') },
      entryPoint: 'bundled',
    });
  });

  test('that cannot be had ends the run with what was asked for, and runs nothing', async () => {
    const runs = await ended([
      taskRun('digest', 'http', { url: `http://${origin}/task.yaml`, digest: `sha256:${'0'.repeat(64)}` }),
      taskRun('login', 'bundles', { bundle: bundle.reference, name: 'bundled', kind: 'task' }),
      taskRun('loopback', 'http', { url: 'http://127.0.0.1:1/task.yaml' }),
      taskRun('hub-version', 'hub', { name: 'hub', version: '9.9' }),
      taskRun('path', 'git', { url: git.url, revision: git.commit, pathInRepo: '../../etc/passwd' }),
      taskRun('unknown', 'ftp', { url: 'x' }),
    ]);
    for (const [name, message] of [
      ['digest', /digest/],
      ['login', /credentials|401|UNAUTHORIZED/i],
      ['loopback', /127\.0\.0\.1:1 is an address of this machine/],
      ['hub-version', /no version found for constraint 9\.9/],
      ['path', /\.\.\/\.\.\/etc\/passwd/],
      ['unknown', /the resolver "ftp" is not available/],
    ] as const) {
      const run = runs.get(name);
      assert.match(outcome(run), /^TaskRunResolutionFailed: /, name);
      assert.match(outcome(run), message, name);
      assert.equal(run?.status?.podName, undefined);
    }
  });
});

describe('trusted resources', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const policy = (pattern: string) =>
    JSON.stringify({
      apiVersion: 'tekton.dev/v1alpha1',
      kind: 'VerificationPolicy',
      metadata: { name: 'signed', namespace: 'guarded' },
      spec: {
        resources: [{ pattern }],
        authorities: [{ name: 'key', key: { data: publicKey.export({ type: 'spki', format: 'pem' }) } }],
        mode: 'enforce',
      },
    });
  const params = () => ({ url: git.url, revision: 'main', pathInRepo: 'tasks/git.yaml' });

  test('a Task without the signature that a policy asks for does not run', async () => {
    const runs = await ended([policy(git.url), taskRun('unsigned', 'git', params())], '-n', 'guarded');
    assert.match(outcome(runs.get('unsigned')), /^ResourceVerificationFailed: .*fails verification/);
    const conditions = runs.get('unsigned')?.status?.conditions ?? [];
    assert.equal(conditions.find(({ type }) => type === 'TrustedResourcesVerified')?.status, 'False');
    assert.equal(runs.get('unsigned')?.status?.podName, undefined);
  });

  test('a Task of which no policy speaks runs unless the factory says that it must not', async () => {
    const run = taskRun('unmatched', 'git', params());
    assert.match(outcome((await ended([run])).get('unmatched')), /^Succeeded: /);
    const refusing = await ended(
      [run],
      '--feature-flag',
      'trusted-resources-verification-no-match-policy=fail',
    );
    assert.match(
      outcome(refusing.get('unmatched')),
      /^ResourceVerificationFailed: .*no policies are matched/,
    );
  });
});
