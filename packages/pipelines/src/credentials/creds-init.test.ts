import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Secret, Secrets, ServiceAccounts } from '@assay/kube';
import type { TaskRunSpec } from '@assay/tekton';
import { noContainers, TaskRunBench, verdict } from '../taskrun/testing/task-run-bench.ts';
import { stepCredentials } from './creds-init.ts';
import { pullAuths } from './docker-credentials.ts';

function secret(
  name: string,
  type: string,
  data: Record<string, string>,
  annotations: Record<string, string> = {},
): Secret {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default', annotations },
    type,
    data: Object.fromEntries(encoded),
  };
}
const basic = (name: string, annotations: Record<string, string>, username = 'me', password = 'p@ss/w:d') =>
  secret(name, 'kubernetes.io/basic-auth', { username, password }, annotations);
const ssh = (name: string, url: string, data: Record<string, string> = {}) =>
  secret(
    name,
    'kubernetes.io/ssh-auth',
    { 'ssh-privatekey': `key of ${name}`, ...data },
    { 'tekton.dev/git-0': url },
  );
const texts = (secrets: Secret[]) =>
  Object.fromEntries([...stepCredentials(secrets).files].map(([path, text]) => [path, text.toString()]));

test('git over HTTP: whole hosts first, paths marked, backslashes doubled', () => {
  const files = texts([
    basic(
      'one',
      { 'tekton.dev/git-0': 'https://git.example/org/repo', 'tekton.dev/git-1': 'https://git.example' },
      'a\\b',
    ),
  ]);
  assert.equal(
    files['.gitconfig'],
    '[credential]\n\thelper = store\n[credential "https://git.example"]\n\tusername = a\\\\b\n[credential "https://git.example/org/repo"]\n\tusername = a\\\\b\n\tuseHttpPath = true\n',
  );
  assert.equal(
    files['.git-credentials'],
    'https://a%5Cb:p%40ss%2Fw%3Ad@git.example\nhttps://a%5Cb:p%40ss%2Fw%3Ad@git.example/org/repo\n',
  );
});

test('git over SSH: a key for a host, and one for a repository by an alias', () => {
  const files = texts([
    ssh('repo', 'git.example:2222/org/repo'),
    ssh('host', 'git.example', { known_hosts: 'git.example ssh-ed25519 AAAA' }),
  ]);
  assert.equal(
    files['.ssh/config'],
    'Host git.example\n    HostName git.example\n    Port 22\n    IdentityFile /tekton/creds/.ssh/id_host\nHost git.example--org--repo\n    HostName git.example\n    Port 2222\n    IdentityFile /tekton/creds/.ssh/id_repo\n',
  );
  assert.equal(files['.ssh/id_host'], 'key of host');
  assert.equal(files['.ssh/known_hosts'], 'git.example ssh-ed25519 AAAA');
  assert.equal(
    files['.gitconfig'],
    '[url "git@git.example--org--repo:org/repo.git"]\n\tinsteadOf = git@git.example:org/repo.git\n[url "ssh://git.example--org--repo/org/repo.git"]\n\tinsteadOf = ssh://git.example:2222/org/repo.git\n',
  );
});

test('logins for registries are merged, the later kind winning', () => {
  const json = JSON.stringify({
    auths: { 'r.example': { auth: 'anNvbg==' }, 'j.example': { auth: 'ag==' } },
  });
  const files = texts([
    basic('b', { 'tekton.dev/docker-0': 'r.example' }, 'u', 'p'),
    secret('j', 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': json }),
    secret('c', 'kubernetes.io/dockercfg', {
      '.dockercfg': JSON.stringify({ 'j.example': { auth: 'Yw==' } }),
    }),
  ]);
  assert.deepEqual(JSON.parse(files['.docker/config.json']!), {
    auths: {
      'j.example': { auth: 'ag==' },
      'r.example': { username: 'u', password: 'p', auth: 'dTpw', email: 'not@val.id' },
    },
  });
});

test('Secrets without an address, or of another type, are not used', () => {
  const { files, used } = stepCredentials([basic('a', {}), secret('o', 'Opaque', { x: 'y' })]);
  assert.deepEqual([files.size, used.length], [0, 0]);
});

test('two for one address are refused', () => {
  const at = { 'tekton.dev/git-0': 'https://git.example' };
  assert.throws(() => stepCredentials([basic('a', at), basic('b', at)]), /multiple entries for url: https:/);
});

test('pulling takes the first Secret that knows a registry', () => {
  const login = (name: string, auth: string) =>
    secret(name, 'kubernetes.io/dockerconfigjson', {
      '.dockerconfigjson': JSON.stringify({ auths: { 'r.example': { auth } } }),
    });
  assert.deepEqual(pullAuths([login('a', 'Zmlyc3Q='), login('b', 'c2Vjb25k')]), {
    'r.example': { auth: 'Zmlyc3Q=' },
  });
  assert.equal(pullAuths([]), undefined);
});

describe('credentials of a ServiceAccount', { skip: noContainers }, () => {
  let bench: TaskRunBench;
  before(async () => {
    bench = await TaskRunBench.start();
    const { user } = bench;
    await user.create(Secrets, basic('git', { 'tekton.dev/git-0': 'https://git.example' }, 'me', 'hunter2'));
    await user.create(Secrets, ssh('key', 'git.example'));
    const metadata = { name: 'bot', namespace: 'default' };
    const secrets = [{ name: 'git' }, { name: 'key' }, { name: 'gone' }];
    await user.create(ServiceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata, secrets });
  });
  after(() => bench.stop());

  const with_ = (script: string, more: Partial<TaskRunSpec> = {}, step = {}): TaskRunSpec => ({
    serviceAccountName: 'bot',
    taskSpec: { steps: [{ name: 's', image: 'host', script, ...step }] },
    ...more,
  });

  test('are in the home directory and below $(credentials.path), for the step alone', async () => {
    const script = `cat ~/.git-credentials $(credentials.path)/.ssh/id_key
stat -c '%a %u' ~/.ssh ~/.ssh/id_key /tekton/creds/.ssh/id_key
ls /tekton/creds-secrets`;
    const ended = await bench.run('root', with_(script));
    const expected = 'https://me:hunter2@git.example\nkey of key700 0\n600 0\n600 0\ngit\nkey\n';
    assert.equal(await bench.log(ended, 'step-s'), expected);
    assert.match(verdict(ended), /^True/);
  });

  test('belong to the user that the step runs as', async () => {
    const script = "cat ~/.gitconfig; stat -c '%a %u' ~/.gitconfig /tekton/creds/.gitconfig";
    const ended = await bench.run('user', with_(script, {}, { securityContext: { runAsUser: 1001 } }));
    assert.match(await bench.log(ended, 'step-s'), /username = me\n600 1001\n600 1001\n$/);
  });

  test('that the home directory cannot take are told of, without a secret in the words', async () => {
    const ended = await bench.run('stranger', with_('true', {}, { securityContext: { runAsUser: 4711 } }));
    const log = await bench.log(ended, 'step-s');
    assert.match(
      log,
      /^warning: unsuccessful cred copy: ".gitconfig" from "\/tekton\/creds" to "\/": permission denied\n/,
    );
    assert.doesNotMatch(log, /hunter2|key of/);
    assert.match(verdict(ended), /^True/);
  });

  test('are not for sidecars', async () => {
    const spec = with_('sleep 1');
    spec.taskSpec!.sidecars = [
      { name: 'side', image: 'host', script: 'ls -a /tekton/creds /tekton/creds-secrets ~' },
    ];
    const ended = await bench.run('sidecar', spec);
    assert.doesNotMatch(await bench.log(ended, 'sidecar-side'), /git|ssh|key/);
  });

  test('of an account that does not exist are not made up for', async () => {
    const ended = await bench.run('nobody', with_('true', { serviceAccountName: 'nobody' }));
    assert.match(verdict(ended), /^False PodCreationFailed: .*serviceaccounts "nobody" not found/);
  });

  test('that are missing are told by an event', async () => {
    const { Events } = await import('@assay/kube');
    await bench.run('events', with_('true'));
    const { items } = await bench.user.list(Events, { namespace: 'default' });
    const own = items.filter(({ involvedObject }) => involvedObject.name === 'events');
    assert.deepEqual(
      own.map(({ type, reason }) => `${type} ${reason}`),
      ['Normal Started', 'Normal Running', 'Warning FailedToRetrieveSecret', 'Normal Succeeded'],
    );
  });
});
