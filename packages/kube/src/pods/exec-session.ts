import type { WebSocket } from 'ws';
import type { Pod } from '../core/pod.ts';
import { channelFrame, channels, endStatus, windowSize } from './exec-channels.ts';
import type { PodHost, RemoteProcess, WindowSize } from './pod-host.ts';

/** What a request asks to be executed. */
export interface ExecRequest {
  container: string;
  command: string[];
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** Beyond so many bytes that a reader has not taken, the process is held, until half of them are gone. */
const maxUnread = 1024 * 1024;
/** How often a requester that is not listened to is asked whether it is there. */
const askMs = 2000;
/** What a terminal has until its size is told. */
const firstSize: WindowSize = { columns: 80, rows: 24 };

/**
 * Runs a command in a container at the other end of a WebSocket, to its end or until the requester goes: then it is killed.
 * The socket comes paused; everything on it is the requester's.
 */
export async function runExecSession(
  socket: WebSocket,
  pod: Pod,
  request: ExecRequest,
  host: PodHost,
): Promise<void> {
  let running: RemoteProcess | undefined;
  let held = false;
  const hold = (wanted: boolean) => {
    held = wanted;
    running?.hold(wanted);
  };
  const send = (channel: number, content: Uint8Array | string) => {
    socket.send(channelFrame(channel, content), () => {
      if (held && socket.bufferedAmount < maxUnread / 2) hold(false);
    });
    if (!held && socket.bufferedAmount > maxUnread) hold(true);
  };
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  try {
    const { container, command, stdin, stdout, stderr, tty } = request;
    running = await host.exec(pod, container, {
      ...{ args: command, stdin },
      ...(tty && { tty: firstSize }),
      onOutput: (chunk) => void (stdout && send(channels.stdout, chunk)),
      onError: (chunk) => void (stderr && send(channels.stderr, chunk)),
    });
  } catch (error) {
    send(channels.status, endStatus({ fault: error instanceof Error ? error.message : String(error) }));
    socket.resume();
    socket.close(1000);
    return;
  }
  if (held) running.hold(true);
  feed(socket, running);
  socket.resume();
  const exitCode = await Promise.race([running.exit, gone]);
  if (exitCode === undefined) {
    running.hold(false);
    running.kill();
    return;
  }
  send(channels.status, endStatus({ exitCode }));
  socket.close(1000);
}

/** Passes on what the requester sends, no faster than the process takes it. */
function feed(socket: WebSocket, running: RemoteProcess): void {
  const { stdin } = running;
  let asking: NodeJS.Timeout | undefined;
  const pause = () => {
    socket.pause();
    // One that is not read from tells that its other end is gone only when it is written to.
    asking ??= setInterval(() => socket.ping(), askMs);
  };
  const resume = () => {
    clearInterval(asking);
    asking = undefined;
    socket.resume();
  };
  socket.once('close', () => clearInterval(asking));
  stdin?.on('error', () => {});
  stdin?.on('drain', resume);
  socket.on('message', (data: Buffer) => {
    const content = data.subarray(1);
    switch (data[0]) {
      case channels.stdin:
        // One who has ended its input may go on sending; nobody reads it.
        if (stdin?.writable && !stdin.write(content)) pause();
        break;
      case channels.resize: {
        const size = windowSize(content);
        if (size) running.resize(size);
        break;
      }
      case channels.close:
        if (content[0] === channels.stdin) stdin?.end();
        break;
    }
  });
}
