import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply } from 'fastify';
import { apiServerIdentity } from '../access/identity.ts';
import { type Pod, Pods } from '../core/pod.ts';
import { isKubeError } from '../error.ts';
import type { Store } from '../store/store.ts';
import { containerOfPod, hasEnded, requireLog } from './container-of-pod.ts';
import { logParameters } from './log-parameters.ts';
import type { PodHost } from './pod-host.ts';

/**
 * Answers `GET pods/<name>/log`, whose parameters are the requester's; that he may is checked already.
 * @param now milliseconds
 * @throws KubeError Invalid, BadRequest
 */
export async function answerLog(
  query: URLSearchParams,
  reply: FastifyReply,
  pod: Pod,
  { store, host, now }: { store: Store; host: PodHost; now: number },
): Promise<void> {
  const { container: asked, follow, previous, options } = logParameters(query, pod.metadata.name!, now);
  const container = containerOfPod(pod, asked);
  requireLog(pod, container, previous);
  const end = new AbortController();
  // A reader that waits for more is woken by it.
  reply.raw.once('close', () => end.abort());
  if (follow) awaitEnd(store, pod, container, end.signal).then(() => end.abort());
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  reply.raw.flushHeaders();
  const text = host.readLog(pod, container, { ...options, ...(follow && { follow: end.signal }) });
  // The requester may go at any time; and what fails on the way can be told in no other way than by the end.
  await pipeline(Readable.from(text, { objectMode: true }), reply.raw).catch(() => reply.raw.destroy());
}

/** Resolves when the container writes no more, the pod is gone, or another is in its place; when that cannot be seen, too. */
async function awaitEnd(store: Store, pod: Pod, container: string, signal: AbortSignal): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const options = { namespace: namespace!, fieldSelector: `metadata.name=${name}`, signal };
  const client = store.client(apiServerIdentity);
  for (;;) {
    try {
      let there = false;
      for await (const event of client.watch(Pods, options)) {
        if (event.type === 'BOOKMARK') {
          if (!there) return;
          continue;
        }
        there = event.type !== 'DELETED' && event.object.metadata.uid === uid;
        if (!there || hasEnded(event.object, container)) return;
      }
      return;
    } catch (error) {
      // The watch was too slow for the history that is kept: it begins again.
      if (!isKubeError(error, 'Expired')) return;
    }
  }
}
