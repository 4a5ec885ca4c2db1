import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Secrets, ServiceAccounts } from '@assay/kube';
import { noContainers, TaskRunBench, verdict } from './testing/task-run-bench.ts';

const metadata = (name: string) => ({ name, namespace: 'default' });

describe('a feature flag of Tekton', { skip: noContainers, concurrency: 4 }, () => {
  const benches: TaskRunBench[] = [];
  after(async () => {
    for (const bench of benches) await bench.stop();
  });
  async function benchWith(options: Parameters<typeof TaskRunBench.start>[0]): Promise<TaskRunBench> {
    const bench = await TaskRunBench.start(options);
    benches.push(bench);
    return bench;
  }
  const runs = (script: string, more: object = {}) => ({
    taskSpec: { steps: [{ name: 's', image: 'host', script }], ...more },
  });

  async function withSshSecret(bench: TaskRunBench, data: Record<string, string>): Promise<void> {
    const annotations = { 'tekton.dev/git-0': 'github.com' };
    await bench.user.create(Secrets, {
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/ssh-auth' },
      metadata: { ...metadata('key'), annotations },
      stringData: data,
    });
    await bench.user.create(ServiceAccounts, {
      ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('coder') },
      secrets: [{ name: 'key' }],
    });
  }

  it('disable-creds-init leaves steps without credentials', async () => {
    const bench = await benchWith({ flags: { disableCredsInit: true } });
    await withSshSecret(bench, { 'ssh-privatekey': 'k' });
    const spec = { ...runs('ls -A ~; echo $(credentials.path)'), serviceAccountName: 'coder' };
    const ended = await bench.run('none', spec);
    assert.equal(await bench.log(ended, 'step-s'), '/tekton/creds\n', verdict(ended));
  });

  it('require-git-ssh-secret-known-hosts refuses a Secret without them', async () => {
    const bench = await benchWith({ flags: { requireGitSSHSecretKnownHosts: true } });
    await withSshSecret(bench, { 'ssh-privatekey': 'k' });
    assert.match(
      verdict(await bench.run('refused', { ...runs('true'), serviceAccountName: 'coder' })),
      /^False PodCreationFailed: .*TaskRun validation failed\. Git SSH Secret must have "known_hosts" included when feature flag "require-git-ssh-secret-known-hosts" is set to true/,
    );
    assert.match(verdict(await bench.run('without', runs('true'))), /^True/);
  });

  it('await-sidecar-readiness: false begins at once', async () => {
    const bench = await benchWith({ flags: { awaitSidecarReadiness: false } });
    const readinessProbe = { exec: { command: ['false'] } };
    const sidecars = [{ name: 'never', image: 'host', script: 'sleep 60', readinessProbe }];
    assert.match(verdict(await bench.run('begins', runs('true', { sidecars }))), /^True/);
  });

  it('enable-provenance-in-status: false leaves it out', async () => {
    const bench = await benchWith({
      flags: { enableProvenanceInStatus: false },
      featureFlags: { coschedule: 'x' },
    });
    assert.deepEqual((await bench.run('plain', runs('true'))).status?.provenance ?? {}, {});
  });

  it('results-from: sidecar-logs limits each result by itself', async () => {
    const bench = await benchWith({ resultsLimit: { bytesEach: 100 } });
    const results = [{ name: 'a' }, { name: 'b' }];
    const perl = (name: string, bytes: number) => `perl -e 'print "x" x ${bytes}' >$(results.${name}.path);`;
    assert.match(verdict(await bench.run('fits', runs(perl('a', 60) + perl('b', 60), { results }))), /^True/);
    assert.equal(
      verdict(await bench.run('large', runs(perl('a', 60) + perl('b', 80), { results }))),
      'False TaskRunResultLargerThanAllowedLimit: [User error] TaskRun ""large"" failed: 117 bytes results size exceeds configured limit of 100 bytes',
    );
  });
});
