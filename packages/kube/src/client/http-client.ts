import type { IncomingMessage } from 'node:http';
import { type Clock, systemClock } from '../clock.ts';
import { isKubeError, KubeError } from '../error.ts';
import type { KubeObject, ResourceType } from '../object.ts';
import { apiVersionOf, namespaceOf } from '../resource.ts';
import { resourcePath } from '../wire/resource-path.ts';
import type { Client, DeleteOptions, ListOptions, ObjectList, WatchEvent, WatchOptions } from './client.ts';
import { type ServerAddress, Transport } from './transport.ts';
import { readWatch } from './watch-reader.ts';

export type HttpClientOptions = ServerAddress & {
  /** The bearer token. */
  token?: string;
  /** Times the pauses between attempts to reconnect a watch. @default systemClock */
  clock?: Clock;
};

const firstPauseMs = 20;
const longestPauseMs = 5_000;

/**
 * A client of an API server over TCP or a unix socket. A watch outlives its connections: it resumes where the last
 * one ended for as long as the signal lets it, and throws only when the server refuses it or with `Expired`.
 */
export function createHttpClient(options: HttpClientOptions): Client {
  return new HttpClient(new Transport(options, options.token), options.clock ?? systemClock);
}

class HttpClient implements Client {
  readonly #transport: Transport;
  readonly #clock: Clock;

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  async create<T extends KubeObject>(resource: ResourceType<T>, object: T): Promise<T> {
    const namespace = namespaceOf(resource, object.metadata?.namespace);
    const path = resourcePath(resource, { namespace });
    return (await this.#transport.call({ method: 'POST', path, body: object })) as T;
  }

  async get<T extends KubeObject>(resource: ResourceType<T>, namespace: string, name: string): Promise<T> {
    return (await this.#transport.call({ method: 'GET', path: objectPath(resource, namespace, name) })) as T;
  }

  async list<T extends KubeObject>(
    resource: ResourceType<T>,
    options: ListOptions = {},
  ): Promise<ObjectList<T>> {
    const { namespace, labelSelector, fieldSelector } = options;
    const list = (await this.#transport.call({
      method: 'GET',
      path: resourcePath(resource, { namespace }),
      query: { labelSelector, fieldSelector },
    })) as { items: T[]; metadata: { resourceVersion: string } };
    // A real API server leaves the type out of a list's items.
    const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
    return {
      items: list.items.map((item) => ({ ...type, ...item })),
      resourceVersion: list.metadata.resourceVersion,
    };
  }

  update<T extends KubeObject>(resource: ResourceType<T>, object: T): Promise<T> {
    return this.#put(resource, object, undefined);
  }

  updateStatus<T extends KubeObject>(resource: ResourceType<T>, object: T): Promise<T> {
    return this.#put(resource, object, 'status');
  }

  async patch<T extends KubeObject>(
    resource: ResourceType<T>,
    namespace: string,
    name: string,
    patch: Record<string, unknown>,
    options: { subresource?: 'status' } = {},
  ): Promise<T> {
    return (await this.#transport.call({
      method: 'PATCH',
      path: objectPath(resource, namespace, name, options.subresource),
      body: patch,
      contentType: 'application/merge-patch+json',
    })) as T;
  }

  async delete<T extends KubeObject>(
    resource: ResourceType<T>,
    namespace: string,
    name: string,
    options: DeleteOptions = {},
  ): Promise<void> {
    await this.#transport.call({
      method: 'DELETE',
      path: objectPath(resource, namespace, name),
      body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options },
    });
  }

  async *watch<T extends KubeObject>(
    resource: ResourceType<T>,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const { signal } = options;
    let version = options.resourceVersion;
    if (version === undefined) {
      // The versions of the objects present at the start do not tell how far a broken watch got; a list's does.
      const list = await this.list(resource, options);
      for (const object of list.items) yield { type: 'ADDED', object };
      version = list.resourceVersion;
      yield { type: 'BOOKMARK', resourceVersion: version };
    }
    let pause = firstPauseMs;
    while (!signal?.aborted) {
      const response = await this.#openWatch(resource, options, version);
      if (response) {
        for await (const event of readWatch<T>(response)) {
          if (signal?.aborted) return;
          version = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
          pause = firstPauseMs;
          yield event;
        }
      }
      await this.#pause(pause, signal);
      pause = Math.min(pause * 2, longestPauseMs);
    }
  }

  /** Undefined when the server does not answer for now. */
  async #openWatch(
    resource: ResourceType,
    { namespace, labelSelector, fieldSelector, signal }: WatchOptions,
    resourceVersion: string | undefined,
  ): Promise<IncomingMessage | undefined> {
    try {
      return await this.#transport.stream({
        method: 'GET',
        path: resourcePath(resource, { namespace }),
        query: { watch: '1', allowWatchBookmarks: '1', resourceVersion, labelSelector, fieldSelector },
        signal,
      });
    } catch (error) {
      if (signal?.aborted || isKubeError(error, 'Unavailable') || isKubeError(error, 'StoreClosed'))
        return undefined;
      throw error;
    }
  }

  async #put<T extends KubeObject>(
    resource: ResourceType<T>,
    object: T,
    subresource: 'status' | undefined,
  ): Promise<T> {
    const { name, namespace } = object.metadata;
    if (!name) throw new KubeError('BadRequest', 'metadata.name is required to update an object');
    const path = objectPath(resource, namespace ?? '', name, subresource);
    return (await this.#transport.call({ method: 'PUT', path, body: object })) as T;
  }

  async #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => resolve();
    const cancel = this.#clock.setTimer(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    await promise;
    signal?.removeEventListener('abort', done);
    cancel();
  }
}

/** An empty name would be the path of the whole collection. */
function objectPath(resource: ResourceType, namespace: string, name: string, subresource?: 'status'): string {
  if (!name) throw new KubeError('BadRequest', `the name of a ${resource.kind} is required`);
  return resourcePath(resource, { namespace, name, subresource });
}
