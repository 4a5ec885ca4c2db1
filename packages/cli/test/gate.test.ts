import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import {
  type Client,
  ConfigMaps,
  isKubeError,
  RoleBindings,
  requestToken,
  ServiceAccounts,
} from '@assay/kube';
import { EnterpriseContractPolicies, type Snapshot, Snapshots } from '@assay/policy';
import { ReleasePlanAdmissions, Releases } from '@assay/release';
import { PipelineRuns, TaskRuns } from '@assay/tekton';
import { ProtectedRepositories } from '../src/factory/protected-repositories.ts';
import { factoryServer } from './testing/factory-server.ts';
import { findCosign, GateFactory, reasonOf } from './testing/gate-factory.ts';

const run = promisify(execFile);

let factory: GateFactory;
before(async () => {
  factory = await GateFactory.create();
});
after(() => factory.remove());

suite('from a commit to a protected release', () => {
  let sandboxed: Snapshot;
  let trusted: Snapshot;

  test('a build with a task of the team itself becomes a Snapshot, by digest', async () => {
    sandboxed = await factory.build('sandbox-1', 'build-sandbox');
    const [component, ...more] = sandboxed.spec.components!;
    assert.equal(more.length, 0);
    assert.match(component!.containerImage, new RegExp(`^${factory.registry}/team/hello@sha256:`));
    assert.equal(component!.source!.git!.revision, factory.values.SOURCE_COMMIT);
  });

  test('staging takes it', async () => {
    await factory.request(sandboxed, 'staging', 'staging-1');
    const release = await factory.ended('staging-1');
    assert.equal(reasonOf(release), 'Succeeded', JSON.stringify(release.status));
    const tags = await factory.tags('staging/hello');
    assert.ok(tags.includes('1.0') && tags.includes(factory.values.SOURCE_COMMIT!.slice(0, 7)), String(tags));
  });

  test('production refuses it, names the task, and holds nothing of it', async () => {
    const { code, stdout } = await factory.home.assay([
      ...['release', sandboxed.metadata.name!, '--plan', 'production', '-n', 'team', '--name', 'refused'],
    ]);
    assert.equal(code, 3, stdout);
    assert.match(stdout, /✖ refused is refused\n {2}component hello/);
    assert.match(stdout, /✖ trusted_task\.trusted: .*"stamp"/);
    assert.match(stdout, /to fix /);
    assert.match(stdout, /nothing was written to localhost:\d+\/production\/hello:1\.0/);
    assert.deepEqual(await factory.tags('production/hello'), []);
    const runs = await factory.client.list(PipelineRuns, { namespace: 'production' });
    assert.deepEqual(runs.items, []);
  });

  test('the tree of the image shows which task is not trusted', async () => {
    const { stdout } = await factory.must(['tree', sandboxed.spec.components![0]!.containerImage]);
    assert.match(stdout, /✔ clone-repository .* trusted/);
    assert.match(stdout, /✖ stamp .* is not in the trust data/);
    assert.match(stdout, /takes SOURCE_ARTIFACT from stamp/);
  });

  test('the task is promoted, and with one changed reference the same source is released', async () => {
    const { bundle } = await factory.data(['task', 'bundle', `${factory.examples}/gate/task/stamp.yaml`]);
    await factory.must(['task', 'promote', bundle]);
    await factory.apply('pipeline-trusted', { STAMP: bundle });
    trusted = await factory.build('trusted-1', 'build-trusted');
    assert.equal(
      trusted.spec.components![0]!.containerImage,
      sandboxed.spec.components![0]!.containerImage,
      'the same bytes, now by trusted tasks',
    );
    await factory.request(trusted, 'production', 'released');
    const release = await factory.ended('released');
    assert.equal(reasonOf(release), 'Succeeded', JSON.stringify(release.status));
    const tree = await factory.must(['tree', `${factory.registry}/production/hello:1.0`]);
    assert.match(tree.stdout, /verdict {3}PASSED by/);
    assert.match(
      tree.stdout,
      /release {3}team\/released by admin to localhost:\d+\/production\/hello as 1\.0, /,
    );
  });

  const cosign = findCosign();
  test('the real cosign verifies the released image, with the source repository gone', {
    skip: cosign === undefined && 'no cosign: run scripts/fetch-cosign.sh',
  }, async () => {
    const { keys } = factory.home.paths;
    const image = `${factory.registry}/production/hello:1.0`;
    await factory.deleteRepository('team/hello');
    const verify = async (...args: string[]) =>
      (await run(cosign!, [...args, '--insecure-ignore-tlog=true', image], { cwd: factory.home.root }))
        .stdout;
    const observer = ['--key', join(keys, 'cosign.pub')];
    const gate = ['--key', join(keys, 'gate/cosign.pub')];
    const attested = ['verify-attestation', '--type'];
    assert.notEqual(await verify('verify', ...observer), '');
    assert.notEqual(await verify(...attested, 'slsaprovenance1', ...observer), '');
    for (const type of [
      'https://slsa.dev/verification_summary/v1',
      'https://in-toto.io/attestation/release/v0.1',
    ])
      assert.notEqual(await verify(...attested, type, ...gate), '');
    await assert.rejects(verify(...attested, 'https://slsa.dev/verification_summary/v1', ...observer));
    trusted = await factory.build('trusted-2', 'build-trusted');
  });

  test('a task that is revoked is refused from then on', async () => {
    await factory.must(['task', 'revoke', `${factory.registry}/library/task-stamp:0.1`]);
    await factory.request(trusted, 'production', 'revoked');
    assert.equal(reasonOf(await factory.ended('revoked')), 'Failed');
    await factory.must(['task', 'promote', `${factory.registry}/library/task-stamp:0.1`]);
  });

  test('two Releases at once both end, one after the other', async () => {
    await Promise.all([
      factory.request(trusted, 'production', 'both-1'),
      factory.request(trusted, 'production', 'both-2'),
    ]);
    const ends = await Promise.all([factory.ended('both-1'), factory.ended('both-2')]);
    assert.deepEqual(
      ends.map((release) => reasonOf(release)),
      ['Succeeded', 'Succeeded'],
    );
  });
});

suite('who may do what', () => {
  const namespace = 'team';
  const identities: Record<string, Client> = {};
  const tokens: Record<string, string> = {};

  before(async () => {
    const { client } = factory;
    for (const name of ['build', 'developer'])
      await client.create(ServiceAccounts, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name, namespace, annotations: { 'registry.assay.dev/login': 'true' } },
      });
    await client.create(RoleBindings, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'developers', namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'developer', namespace }],
    });
    const accounts = {
      build: ['team', 'build'],
      developer: ['team', 'developer'],
      release: ['production', 'release'],
    };
    for (const [who, [where, name]] of Object.entries(accounts)) {
      const account = { namespace: where!, name: name! };
      const { token } = await requestToken(factoryServer(factory.home.paths), account, {
        expirationSeconds: 600,
      });
      tokens[who] = token;
      identities[who] = factory.as(token);
    }
  });

  async function push(token: string | undefined, repository: string): Promise<number> {
    const client = factory.registryClient(token);
    try {
      await client.putBlob(`${factory.registry}/${repository}`, Buffer.from(`by ${token}`));
      return 201;
    } catch (error) {
      return (error as { code?: string }).code === 'Denied' ? 403 : 401;
    } finally {
      client.close();
    }
  }

  const released = 'production/hello';
  const table: [who: string, what: string, attempt: () => Promise<unknown>, may: boolean][] = [
    ...['build', 'developer'].flatMap((who): [string, string, () => Promise<unknown>, boolean][] => [
      [who, 'push to the protected repository', () => forbiddenPush(who), false],
      [
        who,
        'write the managed namespace',
        () =>
          identities[who]!.create(ConfigMaps, {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'x', namespace: 'production' },
          }),
        false,
      ],
      [
        who,
        'mark a run signed',
        () =>
          identities[who]!.patch(PipelineRuns, namespace, 'sandbox-1', {
            metadata: { annotations: { 'chains.tekton.dev/signed': 'forged' } },
          }),
        false,
      ],
      [
        who,
        'edit the policy',
        () =>
          identities[who]!.patch(EnterpriseContractPolicies, 'production', 'production', {
            spec: { description: 'whatever' },
          }),
        false,
      ],
      [
        who,
        'edit the admission',
        () =>
          identities[who]!.patch(ReleasePlanAdmissions, 'production', 'shop', { spec: { policy: 'other' } }),
        false,
      ],
      [
        who,
        'start a run in the managed namespace',
        () =>
          identities[who]!.create(TaskRuns, {
            apiVersion: 'tekton.dev/v1',
            kind: 'TaskRun',
            metadata: { name: 'x', namespace: 'production' },
            spec: { taskSpec: { steps: [{ name: 's', image: 'localhost/toolbox', script: 'true' }] } },
          }),
        false,
      ],
      [
        who,
        'say that a Release succeeded',
        () =>
          identities[who]!.patch(
            Releases,
            namespace,
            'refused',
            { status: { conditions: [{ type: 'Released', status: 'True' }] } },
            { subresource: 'status' },
          ),
        false,
      ],
      [
        who,
        'unprotect the repository',
        () => identities[who]!.delete(ProtectedRepositories, 'production', 'released'),
        false,
      ],
    ]),
    [
      'developer',
      'read a Snapshot of the team',
      () => identities.developer!.list(Snapshots, { namespace }),
      true,
    ],
    [
      'developer',
      'write the team namespace',
      () =>
        identities.developer!.create(ConfigMaps, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'own', namespace },
        }),
      true,
    ],
  ];

  async function forbiddenPush(who: string): Promise<void> {
    const status = await push(tokens[who], `${released}`);
    if (status !== 201) throw Object.assign(new Error('denied'), { status });
  }

  for (const [who, what, attempt, may] of table) {
    test(`${who} ${may ? 'may' : 'cannot'} ${what}`, async () => {
      if (may) {
        await attempt();
        return;
      }
      await assert.rejects(
        attempt(),
        (error: Error & { status?: number }) => isKubeError(error, 'Forbidden') || error.status === 403,
      );
    });
  }

  test('without a login nobody pushes there, and the ServiceAccount of the release does', async () => {
    assert.equal(await push(undefined, released), 401);
    assert.equal(await push(tokens.release, released), 201);
  });

  test('a build step cannot push there, with the login of its own account', async () => {
    const script = `
      curl -s -o /dev/null -w '%{http_code} ' -X POST http://${factory.registry}/v2/${released}/blobs/uploads/
      auth=$(sed -n 's/.*"auth": *"\\([^"]*\\)".*/\\1/p' ~/.docker/config.json)
      [ -n "$auth" ] && printf 'login '
      curl -s -o /dev/null -w '%{http_code}' -X POST -H "Authorization: Basic $auth" \\
        http://${factory.registry}/v2/${released}/blobs/uploads/`;
    const { code, stdout, stderr } = await factory.home.run(
      JSON.stringify({
        apiVersion: 'tekton.dev/v1',
        kind: 'TaskRun',
        metadata: { name: 'intruder', namespace },
        spec: {
          serviceAccountName: 'build',
          taskSpec: { steps: [{ name: 'main', image: 'localhost/toolbox', script }] },
        },
      }),
      '-n',
      namespace,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\[main\] 401 login 40[13]/);
  });
});
