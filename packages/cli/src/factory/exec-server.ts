import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { TaskRunController } from '@assay/pipelines';
import type { ExecutedProcess } from '@assay/sandbox';
import { FrameReader, frame, frameTypes } from './exec-frames.ts';

/** The first line of a connection: what is asked of a step that runs. */
export type ExecRequest = { namespace: string; name: string } & (
  | {
      container: string;
      args: string[];
      env?: Record<string, string>;
      stdin?: boolean;
      tty?: { columns: number; rows: number };
    }
  | { release: 'continue' | 'fail' }
);

/** The line that answers it. */
export type ExecAnswer = { ok: true } | { ok: false; code: string; message: string };

/**
 * Lets other commands of the same user start processes in steps that run, over a socket that the home's directory keeps
 * from everybody else.
 */
export async function serveExec(path: string, taskRuns: TaskRunController): Promise<{ stop(): void }> {
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    answer(socket, taskRuns);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      rmSync(path, { force: true });
    },
  };
}

function answer(socket: Socket, taskRuns: TaskRunController): void {
  let running: ExecutedProcess | undefined;
  const say = (reply: ExecAnswer) => socket.write(`${JSON.stringify(reply)}\n`);
  const start = async (line: string) => {
    const request = JSON.parse(line) as ExecRequest;
    if ('release' in request) {
      taskRuns.release(request, request.release);
      say({ ok: true });
      socket.end();
      return;
    }
    const { container, args, env, stdin, tty } = request;
    // What comes before the answer waits for it.
    const early: Buffer[] = [];
    let answered = false;
    const send = (bytes: Buffer) => (answered ? socket.write(bytes) : early.push(bytes));
    running = await taskRuns.exec(request, container, {
      args,
      ...(env && { env }),
      ...(stdin && { stdin }),
      ...(tty && { tty }),
      onOutput: (chunk) => send(frame(frameTypes.output, chunk)),
      onError: (chunk) => send(frame(frameTypes.error, chunk)),
    });
    say({ ok: true });
    answered = true;
    for (const bytes of early) socket.write(bytes);
    socket.once('close', () => running?.kill());
    socket.end(frame(frameTypes.exit, String(await running.exit)));
  };
  const reader = new FrameReader(
    (line) => {
      start(line).catch((error: { code?: string; message?: string }) => {
        say({ ok: false, code: error.code ?? 'Internal', message: error.message ?? String(error) });
        socket.end();
      });
    },
    (type, content) => {
      if (type === frameTypes.input) running?.stdin?.write(content);
      else if (type === frameTypes.inputEnd) running?.stdin?.end();
      else if (type === frameTypes.kill) running?.kill();
      else if (type === frameTypes.resize) running?.resize(JSON.parse(content.toString()));
    },
  );
  socket.on('data', (chunk) => reader.push(chunk));
}
