import { createConnection } from 'node:net';
import { Writable } from 'node:stream';
import type { ObjectKey } from '@assay/kube';
import type { ExecSpec, ExecutedProcess } from '@assay/sandbox';
import { CliError } from '../error.ts';
import { FrameReader, frame, frameTypes } from './exec-frames.ts';
import type { ExecAnswer, ExecRequest } from './exec-server.ts';

/**
 * Starts a process in a step that a factory in another process runs.
 * @throws CliError FactoryNotRunning; ExecFailed with the factory's words
 */
export async function execOverSocket(
  path: string,
  key: ObjectKey,
  container: string,
  { args, env, stdin, tty, onOutput, onError }: ExecSpec,
): Promise<ExecutedProcess> {
  const exit = Promise.withResolvers<number>();
  const connection = await ask(
    path,
    {
      ...{ ...key, container, args },
      ...(env && { env }),
      ...(stdin && { stdin }),
      ...(tty && { tty }),
    },
    (type, content) => {
      if (type === frameTypes.output) onOutput?.(content);
      else if (type === frameTypes.error) (onError ?? onOutput)?.(content);
      else if (type === frameTypes.exit) exit.resolve(Number(content.toString()));
    },
  );
  connection.once('close', () => exit.resolve(137));
  return {
    exit: exit.promise,
    ...(stdin && {
      stdin: new Writable({
        write: (chunk, _encoding, done) =>
          void connection.write(frame(frameTypes.input, chunk), () => done()),
        final: (done) => void connection.write(frame(frameTypes.inputEnd), () => done()),
      }),
    }),
    kill: () => void connection.write(frame(frameTypes.kill)),
    hold: (held) => void (held ? connection.pause() : connection.resume()),
    resize: (size) => void connection.write(frame(frameTypes.resize, JSON.stringify(size))),
  };
}

/** Has a step that stands still at a breakpoint go on, or fail. */
export async function releaseOverSocket(
  path: string,
  key: ObjectKey,
  release: 'continue' | 'fail',
): Promise<void> {
  (await ask(path, { ...key, release }, () => {})).end();
}

function ask(path: string, request: ExecRequest, onFrame: (type: number, content: Buffer) => void) {
  return new Promise<ReturnType<typeof createConnection>>((resolve, reject) => {
    const connection = createConnection(path);
    const reader = new FrameReader((line) => {
      const reply = JSON.parse(line) as ExecAnswer;
      if (reply.ok) resolve(connection);
      else reject(new CliError('ExecFailed', reply.message));
    }, onFrame);
    connection.on('data', (chunk) => reader.push(chunk));
    connection.once('error', (cause) =>
      reject(new CliError('FactoryNotRunning', 'the factory that runs the step does not answer', { cause })),
    );
    connection.write(`${JSON.stringify(request)}\n`);
  });
}
