import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import {
  createHttpClient,
  Namespaces,
  type RoleBinding,
  RoleBindings,
  requestToken,
  ServiceAccounts,
} from '@assay/kube';
import { TaskRuns } from '@assay/tekton';
import { ProtectedRepositories } from '../src/factory/protected-repositories.ts';
import { EmbeddedFactory } from './testing/embedded-factory.ts';
import { factoryServer } from './testing/factory-server.ts';

const run = promisify(execFile);

let factory: EmbeddedFactory;

before(async () => {
  factory = await EmbeddedFactory.start();
  const { client } = factory.factory;
  for (const name of ['team', 'managed']) {
    await client.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await client.create(ServiceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'release', namespace: name, annotations: { 'registry.assay.dev/login': 'true' } },
    });
  }
  await client.create(ProtectedRepositories, {
    apiVersion: 'registry.assay.dev/v1',
    kind: 'ProtectedRepository',
    metadata: { name: 'released', namespace: 'managed' },
    spec: { repository: 'released/*' },
  });
  await client.create(RoleBindings, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'release-push', namespace: 'managed' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'assay-registry-push' },
    subjects: [{ kind: 'ServiceAccount', name: 'release', namespace: 'managed' }],
  } satisfies RoleBinding);
});
after(() => factory?.stop());

async function tokenOf(namespace: string, audiences?: string[]): Promise<string> {
  const spec = { expirationSeconds: 600, ...(audiences && { audiences }) };
  const { token } = await requestToken(
    factoryServer(factory.home.paths),
    { namespace, name: 'release' },
    spec,
  );
  return token;
}

/** Copies the toolbox with skopeo. @returns what it said on standard error, empty when all went well */
async function copyTo(target: string, ...flags: string[]): Promise<string> {
  const { registryHost } = factory.factory;
  const args = ['copy', '--quiet', '--src-tls-verify=false', '--dest-tls-verify=false', ...flags];
  const images = [`docker://${registryHost}/toolbox:latest`, `docker://${registryHost}/${target}`];
  const authFile = join(factory.home.root, 'no-logins.json');
  try {
    await run('skopeo', [...args, '--authfile', authFile, ...images]);
    return '';
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}

test('skopeo pushes to a protected repository with the token of an account that may', async () => {
  for (const audiences of [undefined, ['registry.assay.dev']]) {
    assert.equal(
      await copyTo('released/app:1', '--dest-creds', `release:${await tokenOf('managed', audiences)}`),
      '',
    );
  }
});

test('skopeo is refused with the token of another account, a forged one, and none', async () => {
  assert.match(await copyTo('released/app:2', '--dest-creds', `release:${await tokenOf('team')}`), /denied/);
  assert.match(
    await copyTo('released/app:2', '--dest-creds', 'release:forged'),
    /unauthorized|invalid username/i,
  );
  assert.match(await copyTo('released/app:2'), /unauthorized|authentication required/i);
  const elsewhere = await tokenOf('managed', ['https://elsewhere.example']);
  assert.match(
    await copyTo('released/app:2', '--dest-creds', `release:${elsewhere}`),
    /unauthorized|invalid username/i,
  );
});

test('everything else is pushed without a login, as ever', async () => {
  assert.equal(await copyTo('team/app:1'), '');
});

/** Begins an upload with the login that the step finds, if it does. */
const pushScript = `#!/bin/bash
auth=$(jq -r --arg host "$HOST" '.auths[$host].auth // empty' "$HOME/.docker/config.json" 2>/dev/null)
[ -n "$auth" ] && echo logged-in
curl -s -o /dev/null -w '%{http_code}\\n' -X POST \${auth:+-H "Authorization: Basic $auth"} "http://$HOST/v2/released/app/blobs/uploads/"
`;

function pushingRun(serviceAccountName: string) {
  const env = [{ name: 'HOST', value: factory.factory.registryHost }];
  return {
    serviceAccountName,
    timeout: '5m',
    taskSpec: { steps: [{ name: 'push', image: 'localhost/toolbox', env, script: pushScript }] },
  };
}

test("a managed pipeline's step pushes by its ServiceAccount's login, and nobody else's does", async () => {
  const managed = await factory.run(pushingRun('release'), { namespace: 'managed' });
  assert.equal(managed.log, 'logged-in\n202');
  const team = await factory.run(pushingRun('release'), { namespace: 'team' });
  assert.equal(team.log, 'logged-in\n403');
  const plain = await factory.run(pushingRun('default'), { namespace: 'managed' });
  assert.equal(plain.log, '401', 'an account that does not ask gets no login');
});

test('the login of a step opens the registry and not the API', async () => {
  const token = await tokenOf('managed', ['registry.assay.dev']);
  const client = createHttpClient({ ...factoryServer(factory.home.paths), token });
  await assert.rejects(client.get(Namespaces, '', 'default'), { code: 'Unauthorized' });
});

test('a run that names a released image as its own gets nothing written beside it', async () => {
  const { registryHost } = factory.factory;
  const { stdout } = await run('skopeo', [
    'inspect',
    '--tls-verify=false',
    '--format',
    '{{.Digest}}',
    `docker://${registryHost}/released/app:1`,
  ]);
  const digest = stdout.trim();
  const script = `printf %s ${registryHost}/released/app > $(results.IMAGE_URL.path); printf %s ${digest} > $(results.IMAGE_DIGEST.path)`;
  const { taskRun } = await factory.run(
    {
      taskSpec: {
        results: [{ name: 'IMAGE_URL' }, { name: 'IMAGE_DIGEST' }],
        steps: [{ name: 'say', image: 'localhost/toolbox', script }],
      },
    },
    { namespace: 'team' },
  );
  await factory.until(
    TaskRuns,
    taskRun,
    ({ metadata }) => metadata.annotations?.['chains.tekton.dev/signed'] === 'failed',
  );
  const { stdout: tags } = await run('skopeo', [
    'list-tags',
    '--tls-verify=false',
    `docker://${registryHost}/released/app`,
  ]);
  assert.deepEqual(JSON.parse(tags).Tags, ['1']);
});
