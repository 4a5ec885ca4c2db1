import type { Client } from '../client/client.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { KubeObject, ObjectKey, ResourceType } from '../object.ts';
import { resourceId } from '../resource.ts';
import type { Controller, Lister } from './controller.ts';
import { Informer } from './informer.ts';
import { type QueueStatistics, WorkQueue } from './work-queue.ts';

/** Where something went wrong: a controller's key, or the watch of a resource. */
export interface ControllerFault {
  controller?: string;
  key?: ObjectKey;
  resource?: string;
}

export interface ControllersOptions {
  /** Stops everything, as `stop` does. */
  signal?: AbortSignal;
  /** @default systemClock */
  clock?: Clock;
  /** Told of every failed reconcile and broken watch; both are tried again. @default ignored */
  onError?: (error: unknown, fault: ControllerFault) => void;
  /** Resources to keep a lister of, beside those the controllers watch. */
  listers?: Iterable<ResourceType>;
}

/** Running controllers. */
export interface Controllers {
  /**
   * The cache of a resource that a controller watches. It may lag behind the API, the caller's own writes included;
   * what must not be missed is read with `client.get`, or caught by the Conflict of a write.
   */
  lister<T extends KubeObject>(resource: ResourceType<T>): Lister<T>;
  /** Resolves when the caches are filled. */
  readonly synced: Promise<void>;
  /**
   * Resolves when the caches are filled and no key is due or being reconciled. With an in-process client every change
   * already written counts; over HTTP it may still be under way. Keys that wait for a later time do not count.
   */
  idle(): Promise<void>;
  /** The queue of each controller, by its name. */
  queues(): ({ name: string } & QueueStatistics)[];
  /** Takes up nothing more; resolves when the reconciles under way have ended. */
  stop(): Promise<void>;
}

const defaultConcurrency = 16;
const separator = '/';

function encodeKey({ namespace, name }: ObjectKey): string {
  return `${namespace}${separator}${name}`;
}

function decodeKey(key: string): ObjectKey {
  const at = key.indexOf(separator);
  return { namespace: key.slice(0, at), name: key.slice(at + 1) };
}

/** Runs controllers on one client; those that watch the same resource share one cache and one watch. */
export function startControllers(
  client: Client,
  controllers: readonly Controller[],
  options: ControllersOptions = {},
): Controllers {
  const { clock = systemClock, onError = () => {} } = options;
  const stopping = new AbortController();
  const informers = new Map<string, Informer<KubeObject>>();

  const informerOf = (resource: ResourceType): Informer<KubeObject> => {
    const id = resourceId(resource);
    const known = informers.get(id);
    if (known) return known;
    const report = (error: unknown) => onError(error, { resource: id });
    const informer = new Informer({ client, resource, clock, onError: report });
    informers.set(id, informer);
    return informer;
  };

  for (const resource of options.listers ?? []) informerOf(resource);
  const queues = controllers.map((controller) => {
    const primary = informerOf(controller.resource);
    const queue = new WorkQueue({
      clock,
      concurrency: controller.concurrency ?? defaultConcurrency,
      async work(id) {
        const key = decodeKey(id);
        const result = await controller.reconcile(key, primary.get(key.namespace, key.name));
        return result?.requeueAfterMs;
      },
      onError: (error, id) => onError(error, { controller: controller.name, key: decodeKey(id) }),
    });
    primary.onChange((key) => queue.add(encodeKey(key)));
    const sources = [primary];
    for (const { resource, toKeys, concerns } of controller.secondary ?? []) {
      const informer = informerOf(resource);
      sources.push(informer);
      informer.onChange((changed, now, before) => {
        try {
          if (concerns && now && before && !concerns(now, before)) return;
          for (const object of [before, now]) {
            for (const key of object ? toKeys(object) : []) queue.add(encodeKey(key));
          }
        } catch (error) {
          onError(error, { controller: controller.name, key: changed, resource: resourceId(resource) });
        }
      });
    }
    void Promise.all(sources.map((informer) => informer.synced)).then(() => queue.start());
    return queue;
  });

  const runs = Array.from(informers.values(), (informer) => informer.run(stopping.signal));
  const synced = Promise.all(Array.from(informers.values(), (informer) => informer.synced)).then(() => {});
  const stopped = Promise.withResolvers<void>();
  const stop = async () => {
    stopping.abort();
    stopped.resolve();
    await Promise.all([...queues.map((queue) => queue.stop()), ...runs]);
  };
  if (options.signal?.aborted) void stop();
  else options.signal?.addEventListener('abort', () => void stop(), { once: true });

  return {
    synced,
    stop,
    queues: () => queues.map((queue, index) => ({ name: controllers[index]!.name, ...queue.statistics })),
    lister<T extends KubeObject>(resource: ResourceType<T>): Lister<T> {
      const informer = informers.get(resourceId(resource));
      if (!informer)
        throw new RangeError(`no controller watches ${resourceId(resource)}; name it in options.listers`);
      return informer as unknown as Lister<T>;
    },
    async idle() {
      await Promise.race([synced, stopped.promise]);
      // A committed change reaches the queues within the turn of the event loop that commits it.
      do {
        await Promise.all(queues.map((queue) => queue.whenIdle()));
        await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
      } while (!queues.every((queue) => queue.idle));
    },
  };
}
