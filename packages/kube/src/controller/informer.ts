import type { Client } from '../client/client.ts';
import type { Clock } from '../clock.ts';
import { isKubeError } from '../error.ts';
import type { KubeObject, ObjectKey, ResourceType } from '../object.ts';
import type { Lister } from './controller.ts';

export interface InformerOptions<T extends KubeObject> {
  client: Client;
  resource: ResourceType<T>;
  clock: Clock;
  onError(error: unknown): void;
}

/** Told of every change of the cache: the object as it is, undefined when gone, and as it was. */
export type ChangeHandler = (
  key: ObjectKey,
  now: KubeObject | undefined,
  before: KubeObject | undefined,
) => void;

const firstPauseMs = 50;
const longestPauseMs = 10_000;

function cacheKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function keyOf(object: KubeObject): ObjectKey {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' };
}

/**
 * Keeps a cache of one resource by list and watch. After `Expired`, or any failure, it lists again and reports what
 * differs, objects that went away in between included.
 */
export class Informer<T extends KubeObject> implements Lister<T> {
  readonly #options: InformerOptions<T>;
  readonly #handlers: ChangeHandler[] = [];
  #cache = new Map<string, T>();
  readonly #synced = Promise.withResolvers<void>();

  constructor(options: InformerOptions<T>) {
    this.#options = options;
  }

  /** Resolves when the first list is in the cache. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  get(namespace: string, name: string): T | undefined {
    return this.#cache.get(cacheKey(namespace, name));
  }

  list(namespace?: string): T[] {
    const all = [...this.#cache.values()];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  /** Handlers are called in the order they were added, and are told of what is in the cache when the first list comes. */
  onChange(handler: ChangeHandler): void {
    this.#handlers.push(handler);
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, resource, clock, onError } = this.#options;
    let pause = firstPauseMs;
    while (!signal.aborted) {
      try {
        const { items, resourceVersion } = await client.list(resource);
        if (signal.aborted) return;
        this.#replace(items);
        this.#synced.resolve();
        pause = firstPauseMs;
        for await (const event of client.watch(resource, { resourceVersion, signal })) {
          if (event.type !== 'BOOKMARK') this.#apply(event.type, event.object);
        }
      } catch (error) {
        if (signal.aborted) return;
        if (isKubeError(error, 'Expired')) continue;
        onError(error);
        await sleep(clock, pause, signal);
        pause = Math.min(pause * 2, longestPauseMs);
      }
    }
  }

  #replace(items: T[]): void {
    const before = this.#cache;
    this.#cache = new Map(
      items.map((object) => [cacheKey(object.metadata.namespace ?? '', object.metadata.name ?? ''), object]),
    );
    for (const [key, object] of before)
      if (!this.#cache.has(key)) this.#notify(keyOf(object), undefined, object);
    for (const [key, object] of this.#cache) {
      const old = before.get(key);
      if (old?.metadata.resourceVersion !== object.metadata.resourceVersion)
        this.#notify(keyOf(object), object, old);
    }
  }

  #apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    const key = keyOf(object);
    const id = cacheKey(key.namespace, key.name);
    const before = this.#cache.get(id);
    if (type === 'DELETED') this.#cache.delete(id);
    else this.#cache.set(id, object);
    this.#notify(key, type === 'DELETED' ? undefined : object, type === 'DELETED' ? object : before);
  }

  #notify(key: ObjectKey, now: T | undefined, before: T | undefined): void {
    for (const handler of this.#handlers) handler(key, now, before);
  }
}

async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.setTimer(resolve, ms);
  const onAbort = () => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await promise;
  signal.removeEventListener('abort', onAbort);
  cancel();
}
