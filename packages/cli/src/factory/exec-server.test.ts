import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, test } from 'node:test';
import { KubeError } from '@assay/kube';
import type { TaskRunController } from '@assay/pipelines';
import type { ExecSpec } from '@assay/sandbox';
import { execOverSocket, releaseOverSocket } from './exec-client.ts';
import { serveExec } from './exec-server.ts';

const key = { namespace: 'default', name: 'run' };
let directory: string;
let server: { stop(): void };
let released: string[];

/** A step whose processes repeat what they read. */
const taskRuns = {
  async exec(_key: unknown, container: string, spec: ExecSpec) {
    if (container !== 'step-a') throw new KubeError('NotFound', `container "${container}" does not run`);
    const stdin = new PassThrough();
    spec.onOutput?.(Buffer.from(`${spec.args.join(' ')} ${spec.tty?.columns ?? ''}\n`));
    const exit = Promise.withResolvers<number>();
    stdin.on('data', (chunk) => spec.onOutput?.(chunk));
    stdin.on('end', () => {
      spec.onError?.(Buffer.from('bye'));
      exit.resolve(7);
    });
    return {
      exit: exit.promise,
      stdin,
      kill: () => exit.resolve(137),
      resize: ({ columns }: { columns: number }) => spec.onOutput?.(Buffer.from(`now ${columns}\n`)),
    };
  },
  release: (_key: unknown, decision: string) => released.push(decision),
} as unknown as TaskRunController;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'assay-exec-'));
  released = [];
  server = await serveExec(join(directory, 's'), taskRuns);
});
afterEach(() => {
  server.stop();
  rmSync(directory, { recursive: true });
});

test('a process is started, fed, resized and ended over the socket', async () => {
  let output = '';
  let error = '';
  const running = await execOverSocket(join(directory, 's'), key, 'step-a', {
    args: ['sh', '-i'],
    stdin: true,
    tty: { columns: 80, rows: 24 },
    onOutput: (chunk) => {
      output += Buffer.from(chunk).toString();
    },
    onError: (chunk) => {
      error += Buffer.from(chunk).toString();
    },
  });
  running.resize({ columns: 90, rows: 24 });
  running.stdin!.write('echo\n');
  running.stdin!.end();
  assert.equal(await running.exit, 7);
  assert.deepEqual([output, error], ['sh -i 80\nnow 90\necho\n', 'bye']);
});

test("the factory's refusal is told in its words", async () => {
  const call = execOverSocket(join(directory, 's'), key, 'step-b', { args: ['sh'] });
  await assert.rejects(call, { code: 'ExecFailed', message: 'container "step-b" does not run' });
  server.stop();
  const late = execOverSocket(join(directory, 's'), key, 'step-a', { args: ['sh'] });
  await assert.rejects(late, { code: 'FactoryNotRunning' });
});

test('a step that stands still is released', async () => {
  await releaseOverSocket(join(directory, 's'), key, 'continue');
  assert.deepEqual(released, ['continue']);
});
