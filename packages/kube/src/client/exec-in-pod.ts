import { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { KubeError } from '../error.ts';
import type { ObjectKey } from '../object.ts';
import { channelFrame, channels, execProtocols } from '../pods/exec-channels.ts';
import type { RemoteCommand, RemoteProcess } from '../pods/pod-host.ts';
import { errorFromStatus, type Status } from '../wire/status.ts';

/**
 * Starts a command in a container by `pods/exec` of the server at a unix socket. `exit` rejects with a KubeError when the
 * command could not be started; it is 137 when the connection ends first.
 * @throws KubeError `Unavailable`; NotFound, Forbidden, BadRequest as the server says
 */
export async function execInPod(
  server: { socketPath: string; token: string },
  pod: ObjectKey,
  container: string,
  { args, stdin, tty, onOutput, onError }: RemoteCommand,
): Promise<RemoteProcess> {
  const query = new URLSearchParams({ container, stdin: `${stdin}`, stdout: 'true', stderr: `${!tty}` });
  if (tty) query.set('tty', 'true');
  for (const arg of args) query.append('command', arg);
  const names = [pod.namespace, pod.name].map(encodeURIComponent);
  const path = `/api/v1/namespaces/${names[0]}/pods/${names[1]}/exec?${query}`;
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(`ws+unix:${server.socketPath}:${path}`, execProtocols[0], {
    headers: { authorization: `Bearer ${server.token}` },
    perMessageDeflate: false,
  });
  const exit = Promise.withResolvers<number>();
  socket.on('message', (data: Buffer) => {
    const content = data.subarray(1);
    if (data[0] === channels.stdout) onOutput(content);
    else if (data[0] === channels.stderr) onError(content);
    else if (data[0] === channels.status) settle(JSON.parse(content.toString()) as Status, exit);
  });
  socket.once('close', () => exit.resolve(137));
  await opened(socket, server.socketPath);
  const send = (channel: number, content: Uint8Array | string, done?: () => void) =>
    socket.send(channelFrame(channel, content), done && (() => done()));
  const resize: RemoteProcess['resize'] = ({ columns, rows }) =>
    send(channels.resize, JSON.stringify({ Width: columns, Height: rows }));
  if (tty) resize(tty);
  return {
    exit: exit.promise,
    ...(stdin && {
      stdin: new Writable({
        write: (chunk: Buffer, _encoding, done) => send(channels.stdin, chunk, done),
        final: (done) => send(channels.close, Uint8Array.of(channels.stdin), done),
      }),
    }),
    hold: (held) => (held ? socket.pause() : socket.resume()),
    resize,
    kill: () => socket.terminate(),
  };
}

function settle({ status, ...failure }: Status, exit: PromiseWithResolvers<number>): void {
  const code = failure.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (status === 'Success') exit.resolve(0);
  else if (code !== undefined) exit.resolve(Number(code));
  else exit.reject(errorFromStatus(failure, 500));
}

function opened(socket: WebSocket, where: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.on('error', () => {});
      resolve();
    });
    socket.once('error', (cause) =>
      reject(new KubeError('Unavailable', `the API server at ${where} does not answer`, { cause })),
    );
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => reject(refusal(text, response.statusCode ?? 500)));
    });
  });
}

function refusal(text: string, code: number): KubeError {
  try {
    return errorFromStatus(JSON.parse(text), code);
  } catch {
    return errorFromStatus(undefined, code);
  }
}
