import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { requestInfo } from '../audit/request-info.ts';
import type { Controllers } from '../controller/start-controllers.ts';
import type { Store } from '../store/store.ts';

export interface ApiMetricsOptions {
  store: Store;
  /** Asked for the depth of their queues at each reading; may come later than the API. */
  controllers(): Controllers | undefined;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Measures the API's requests, the store and the controllers, under Kubernetes' names where it has them, and serves them at
 * `/metrics` in Prometheus' text format. More can be put into the registry that comes back.
 */
export function addApiMetrics(app: FastifyInstance, options: ApiMetricsOptions): Registry {
  const { store, controllers } = options;
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'apiserver_request_total',
    help: 'Requests, by verb, resource and HTTP code.',
    labelNames: ['verb', 'group', 'version', 'resource', 'subresource', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'apiserver_request_duration_seconds',
    help: 'How long answers took; watches and the like are not counted.',
    labelNames: ['verb', 'resource'],
    buckets: seconds,
    registers,
  });
  const longRunning = new Gauge({
    name: 'apiserver_longrunning_requests',
    help: 'Watches, followed logs and the like that are open.',
    labelNames: ['verb', 'resource'],
    registers,
  });
  addStoreMetrics(store, registers);
  addQueueMetrics(controllers, registers);

  app.addHook('preHandler', async (request, reply) => {
    const { verb, resource, longRunning: long } = requestInfo(request);
    if (!long) return;
    const labels = { verb, resource: resource?.plural ?? '' };
    longRunning.inc(labels);
    reply.raw.once('close', () => longRunning.dec(labels));
  });
  app.addHook('onResponse', async (request, reply) => {
    const { verb, resource, longRunning: long } = requestInfo(request);
    // Names that nothing serves are the requester's, and would be kept for ever.
    const served = resource && store.resources.find(resource.group, resource.version, resource.plural);
    const plural = served?.plural ?? '';
    requests.inc({
      verb: resource ? verb : 'path',
      group: served?.group ?? '',
      version: served?.version ?? '',
      resource: plural,
      subresource: served && resource?.subresource === 'status' ? 'status' : '',
      code: reply.raw.statusCode,
    });
    if (!long)
      durations.observe({ verb: resource ? verb : 'path', resource: plural }, reply.elapsedTime / 1000);
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  return registry;
}

function addStoreMetrics(store: Store, registers: Registry[]): void {
  const counted = (name: string, help: string, value: () => number) => {
    const counter: Counter = new Counter({
      name,
      help,
      registers,
      collect() {
        counter.reset();
        counter.inc(value());
      },
    });
  };
  const measured = (name: string, help: string, value: () => number) => {
    const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(value()) });
  };
  counted('assay_store_commits_total', 'Transactions, each one fsync.', () => store.statistics().commits);
  counted('assay_store_writes_total', 'Changes of objects.', () => store.statistics().writes);
  counted('assay_store_failures_total', 'Transactions that failed.', () => store.statistics().failures);
  counted(
    'assay_store_commit_seconds_total',
    'Time spent in transactions.',
    () => store.statistics().commitMs / 1000,
  );
  measured(
    'assay_store_watchers',
    'Watches, those in the process included.',
    () => store.statistics().watchers,
  );
  measured('assay_store_resource_version', 'The version of the newest change.', () => store.version);
}

function addQueueMetrics(controllers: () => Controllers | undefined, registers: Registry[]): void {
  const labelNames = ['name'];
  const depth = new Gauge({
    name: 'workqueue_depth',
    help: 'Keys that are due.',
    labelNames,
    registers,
    collect() {
      for (const { name, due } of controllers()?.queues() ?? []) depth.set({ name }, due);
    },
  });
  const active = new Gauge({
    name: 'workqueue_unfinished_work',
    help: 'Keys that are being worked on.',
    labelNames,
    registers,
    collect() {
      for (const queue of controllers()?.queues() ?? []) active.set({ name: queue.name }, queue.active);
    },
  });
  const counter = (name: string, help: string, field: 'worked' | 'failed') => {
    const total: Counter<'name'> = new Counter({
      name,
      help,
      labelNames: ['name'],
      registers,
      collect() {
        total.reset();
        for (const queue of controllers()?.queues() ?? []) total.inc({ name: queue.name }, queue[field]);
      },
    });
  };
  counter('workqueue_work_total', 'Keys worked on.', 'worked');
  counter('workqueue_retries_total', 'Keys whose work failed, and is tried again.', 'failed');
}
