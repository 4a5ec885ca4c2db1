import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Probe } from '@assay/tekton';
import { noContainers, TaskRunBench, verdict } from './testing/task-run-bench.ts';

const slow = 'sleep 1; echo up >/workspace/up; sleep 1000';
const server = `perl -e 'use IO::Socket::INET; sleep 1; my $s = IO::Socket::INET->new(Listen => 5, LocalPort => 8080, ReuseAddr => 1); while (my $c = $s->accept) { my $l = <$c>; print $c "HTTP/1.1 " . ($l =~ /healthy/ ? 200 : 500) . " x\\r\\n\\r\\n" if defined $l; close $c }'`;

describe('a sidecar', { skip: noContainers }, () => {
  let bench: TaskRunBench;
  before(async () => {
    bench = await TaskRunBench.start();
  });
  after(() => bench.stop());

  const withSidecar = (name: string, script: string, probes: Record<string, Probe>, step: string) =>
    bench.run(name, {
      taskSpec: {
        steps: [{ name: 's', image: 'host', script: step }],
        sidecars: [
          { name: 'side', image: 'host', script, ports: [{ name: 'http', containerPort: 8080 }], ...probes },
        ],
      },
    });

  test('is ready when its command says so, and no step starts before', async () => {
    const readinessProbe = { exec: { command: ['cat', '/workspace/up'] }, periodSeconds: 1 };
    const ended = await withSidecar('exec', slow, { readinessProbe }, 'cat /workspace/up');
    assert.equal(verdict(ended), 'True Succeeded: All Steps have completed executing');
    assert.equal(await bench.log(ended, 'step-s'), 'up\n');
  });

  test('is ready when it answers over HTTP, by the name of its port', async () => {
    const readinessProbe = { httpGet: { port: 'http', path: '/healthy' }, periodSeconds: 1 };
    const ended = await withSidecar('http', server, { readinessProbe }, 'true');
    assert.match(verdict(ended), /^True/);
  });

  test('is ready when its port is open', async () => {
    const readinessProbe = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
    const client = `perl -e 'use IO::Socket::INET; IO::Socket::INET->new("127.0.0.1:8080") or exit 1'`;
    assert.match(verdict(await withSidecar('tcp', server, { readinessProbe }, client)), /^True/);
  });

  test('that answers with an error is not ready', async () => {
    const readinessProbe = { httpGet: { port: 8080, path: '/ill' }, periodSeconds: 1 };
    await bench.create('ill', {
      timeout: '4s',
      taskSpec: {
        steps: [{ name: 's', image: 'host', script: 'true' }],
        sidecars: [{ name: 'side', image: 'host', script: server, readinessProbe }],
      },
    });
    const ended = await bench.until('ill', ({ status }) => status?.completionTime !== undefined);
    assert.match(verdict(ended), /^False TaskRunTimeout/);
    assert.equal(ended.status?.steps?.[0]?.running, undefined);
  });

  test('that does not start up is killed, and one that has ended is not waited for', async () => {
    const startupProbe = { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 2 };
    const ended = await withSidecar('startup', 'sleep 1000', { startupProbe }, 'true');
    assert.match(verdict(ended), /^True/);
    assert.deepEqual(ended.status?.sidecars?.[0]?.terminated?.exitCode, 137);
  });

  test('that is not alive is killed', async () => {
    const livenessProbe = { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 1 };
    const ended = await withSidecar('live', 'sleep 1000', { livenessProbe }, 'sleep 2');
    assert.equal(ended.status?.sidecars?.[0]?.terminated?.reason, 'Error');
  });

  test('with a probe that cannot be done here is refused', async () => {
    const ended = await withSidecar('grpc', 'sleep 1000', { readinessProbe: { grpc: { port: 1 } } }, 'true');
    assert.match(verdict(ended), /^False TaskRunValidationFailed: a grpc probe is not supported here/);
  });
});
