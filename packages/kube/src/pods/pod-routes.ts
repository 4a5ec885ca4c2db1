import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Clock, systemClock } from '../clock.ts';
import { type Pod, Pods } from '../core/pod.ts';
import { KubeError } from '../error.ts';
import type { ApiServer } from '../server/api-server.ts';
import { acceptWebSocket } from '../server/web-socket.ts';
import { isTrue } from '../server/write-parameters.ts';
import type { Store } from '../store/store.ts';
import { containerOfPod } from './container-of-pod.ts';
import { chooseProtocol, execProtocols } from './exec-channels.ts';
import { type ExecRequest, runExecSession } from './exec-session.ts';
import { answerLog } from './log-route.ts';
import type { PodHost } from './pod-host.ts';

export interface PodRoutesOptions {
  store: Store;
  host: PodHost;
  /** @default systemClock */
  clock?: Clock;
}

type OfPod = { Params: { namespace: string; name: string } };

const base = '/api/v1/namespaces/:namespace/pods/:name';

/**
 * Adds `pods/log` and `pods/exec`, the latter over WebSockets. They ask for the rights that Kubernetes asks for: to `get`
 * `pods/log`, to `create` `pods/exec`.
 */
export function addPodRoutes(api: ApiServer, { store, host, clock = systemClock }: PodRoutesOptions): void {
  const { app } = api;
  const subresource = { group: '', version: 'v1', singular: '', namespaced: true } as const;
  api.discovered.push(
    { ...subresource, name: 'pods/log', kind: 'Pod', verbs: ['get'] },
    { ...subresource, name: 'pods/exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  );
  const lookup = (request: FastifyRequest<OfPod>, verb: string, subresource: string): Pod => {
    const { namespace, name } = request.params;
    const attempt = { verb, group: '', resource: 'pods', subresource, namespace, name };
    store.authorizer.require(request.identity, attempt);
    const { body } = store.client(request.identity).getBody(Pods, namespace, name);
    return JSON.parse(body) as Pod;
  };
  app.get<OfPod>(`${base}/log`, async (request, reply) => {
    const pod = lookup(request, 'get', 'log');
    await answerLog(queryOf(request), reply, pod, { store, host, now: clock.now() });
  });
  app.route<OfPod>({
    method: ['GET', 'POST'],
    url: `${base}/exec`,
    handler: async (request, reply) => exec(request, reply, lookup(request, 'create', 'exec'), host),
  });
}

async function exec(
  request: FastifyRequest<OfPod>,
  reply: FastifyReply,
  pod: Pod,
  host: PodHost,
): Promise<void> {
  const query = queryOf(request);
  const wanted: ExecRequest = {
    container: containerOfPod(pod, query.get('container') ?? ''),
    command: query.getAll('command'),
    stdin: isTrue(query.get('stdin')),
    stdout: isTrue(query.get('stdout')),
    stderr: isTrue(query.get('stderr')),
    tty: isTrue(query.get('tty')),
  };
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') {
    throw new KubeError(
      'BadRequest',
      `cannot exec into a container in a completed pod; current phase is ${phase}`,
    );
  }
  if (wanted.command.length === 0) throw new KubeError('BadRequest', 'you must specify at least 1 command');
  if (!wanted.stdin && !wanted.stdout && !wanted.stderr) {
    throw new KubeError('BadRequest', 'you must specify at least 1 of stdin, stdout, stderr');
  }
  if (/^spdy/i.test(request.headers.upgrade ?? '')) {
    throw new KubeError(
      'BadRequest',
      'SPDY is not spoken here: commands are executed over WebSockets, as kubectl does from 1.31 on',
    );
  }
  const protocol = chooseProtocol(request.headers['sec-websocket-protocol']);
  if (!protocol) {
    throw new KubeError(
      'BadRequest',
      `an upgrade to a WebSocket is required, with one of the protocols ${execProtocols.join(', ')}`,
    );
  }
  const socket = await acceptWebSocket(request, reply, protocol);
  await runExecSession(socket, pod, wanted, host);
}

function queryOf(request: FastifyRequest): URLSearchParams {
  return new URL(request.url, 'http://localhost').searchParams;
}
