import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createHttpClient, isKubeError } from '@assay/kube';
import { TaskRuns } from '@assay/tekton';
import { EmbeddedFactory } from './testing/embedded-factory.ts';

let factory: EmbeddedFactory;

before(async () => {
  factory = await EmbeddedFactory.start();
  await factory.factory.observed;
});
after(() => factory.stop());

const image = 'localhost/toolbox';
const shell = (script: string) =>
  factory.run({ taskSpec: { steps: [{ name: 'main', image, script: `#!/bin/bash\n${script}` }] } });
const forbidden = (error: unknown) => isKubeError(error, 'Forbidden');

test('a step finds neither the key, nor the home, nor a socket of the factory', async () => {
  const key = readFileSync(join(factory.home.root, 'keys/cosign.key'), 'utf8').split('\n')[1]!;
  const { verdict, log } = await shell(`
    ls -d ${factory.home.root} ${factory.home.root}/keys 2>/dev/null
    find / -xdev -name 'cosign*' -not -path '/proc/*' 2>/dev/null
    find / -name '*.sock' -not -path '/proc/*' 2>/dev/null
    grep -rl --exclude-dir=proc --exclude-dir=sys '${key.slice(0, 40)}' /tekton/home /workspace /tmp /root /etc /run /var /mnt 2>/dev/null
    tr '\\0' '\\n' </proc/1/environ | grep -i -E 'token|assay|cosign'
    cat /proc/self/mountinfo | cut -d' ' -f4,5 | grep -E '/keys/|run/api|store.db|cosign'
    echo end`);
  assert.equal(verdict, 'True Succeeded', log);
  assert.equal(log, 'end');
});

test("a step with network reaches the registry's port on the host's loopback and no other", async (t) => {
  const secret = createServer((_, response) => response.end('a service of the host'));
  await new Promise<void>((done) => secret.listen(0, '127.0.0.1', done));
  t.after(() => secret.close());
  const { port } = secret.address() as AddressInfo;
  const { log } = await shell(`
    curl --silent --max-time 5 http://${factory.factory.registryHost}/v2/ && echo registry
    for host in 127.0.0.1 localhost 10.0.2.2 10.0.2.3 '[::1]'; do
      curl --silent --max-time 2 http://$host:${port}/
    done
    echo end`);
  assert.match(log, /registry\nend$/);
  assert.doesNotMatch(log, /a service of the host/);
});

test("a step cannot see another pod's processes, files or loopback", async () => {
  const other = await factory.create({
    taskSpec: {
      workspaces: [],
      steps: [
        {
          name: 'main',
          image,
          command: ['python3', '-m', 'http.server', '9099', '--bind', '0.0.0.0', '--directory', '/'],
        },
      ],
    },
  });
  await factory.until(TaskRuns, other, ({ status }) => status?.steps?.[0]?.running !== undefined);
  const { log } = await shell(`
    ps -ef | grep -c '[h]ttp.server'
    for host in 127.0.0.1 10.0.2.15 $(hostname); do curl --silent --max-time 2 http://$host:9099/ && echo reached; done
    ls / | grep -E 'sandbox|attempts'
    echo end`);
  assert.equal(log, '0\nend');
  await factory.factory.client.patch(TaskRuns, 'default', other.metadata.name!, {
    spec: { status: 'TaskRunCancelled' },
  });
  await factory.ended(other);
});

test('a step cannot gain rights: no capability to mount, no device, no other user of the host', async () => {
  const { log } = await shell(`
    mount -t tmpfs tmpfs /mnt 2>/dev/null && echo mounted
    mknod /tmp/disk b 8 0 2>/dev/null && echo device
    unshare --user true 2>/dev/null && echo namespace
    awk '$2 == 0 { print "host root" }' /proc/self/uid_map
    grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t'
    echo end`);
  assert.equal(log, 'NoNewPrivs:1\nSeccomp:2\nend');
});

test("nobody but the observer writes the observer's annotations", async () => {
  const { client } = factory.factory;
  const forged = { 'chains.tekton.dev/signed': 'true', 'chains.tekton.dev/payload-taskrun': 'e30=' };
  const created = await factory.create(
    { taskSpec: { steps: [{ name: 'main', image, script: 'sleep 1' }] } },
    { annotations: { ...forged, kept: 'yes' } },
  );
  assert.deepEqual(created.metadata.annotations, { kept: 'yes' }, 'dropped from what is created');
  const { name } = created.metadata;
  await assert.rejects(
    client.patch(TaskRuns, 'default', name!, { metadata: { annotations: forged } }),
    forbidden,
  );
  await assert.rejects(
    client.update(TaskRuns, {
      ...created,
      metadata: { ...created.metadata, resourceVersion: undefined, annotations: forged },
    }),
    forbidden,
  );
  await assert.rejects(client.updateStatus(TaskRuns, { ...created, status: { results: [] } }), forbidden);
  assert.equal((await factory.ended(created)).verdict, 'True Succeeded');
});

test("over the socket the administrator's token forges nothing either, and no token is no access", async () => {
  const socketPath = join(factory.home.root, 'run/api.sock');
  const token = readFileSync(join(factory.home.root, 'run/admin.token'), 'utf8');
  const { taskRun } = await shell('true');
  const { name } = taskRun.metadata;
  const admin = createHttpClient({ socketPath, token });
  assert.equal((await admin.get(TaskRuns, 'default', name!)).metadata.uid, taskRun.metadata.uid);
  const forged = { metadata: { annotations: { 'chains.tekton.dev/payload-x': 'forged' } } };
  await assert.rejects(admin.patch(TaskRuns, 'default', name!, forged), forbidden);
  await assert.rejects(
    admin.patch(TaskRuns, 'default', name!, { status: { results: [] } }, { subresource: 'status' }),
    forbidden,
  );
  const nobody = createHttpClient({ socketPath, token: 'guess' });
  await assert.rejects(nobody.list(TaskRuns), (error) => isKubeError(error, 'Unauthorized'));
});

test('keys, tokens and the socket are closed to other users of the host', () => {
  const { keys, run } = factory.home.paths;
  const modes = [
    keys,
    join(keys, 'cosign.key'),
    join(keys, 'cosign.password'),
    run,
    join(run, 'admin.token'),
  ];
  assert.deepEqual(
    modes.map((path) => statSync(path).mode & 0o077),
    [0, 0, 0, 0, 0],
  );
});
