import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { PipelineRun, TaskRun } from '@assay/tekton';
import {
  CoreV1Api,
  CustomObjectsApi,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  ListWatch,
  Log,
  type V1Pod,
  Watch,
} from '@kubernetes/client-node';

/** A line-wise log of a step, as `tkn` prints it. */
export interface StepLog {
  task: string;
  step: string;
  text: string;
}

type Tekton = { group: string; version: string; namespace: string; plural: string };

/**
 * The calls that `tkn taskrun logs -f` and `tkn pipelinerun logs -f` make, in their order, with a client that we did not
 * write: no build of tkn can be had from a package registry. Facts: tektoncd/cli, `pkg/log`, `pkg/pods`,
 * `pkg/pipelinerun/tracker.go`.
 */
export class TknCalls {
  readonly #config: KubeConfig;
  readonly #core: CoreV1Api;
  readonly #custom: CustomObjectsApi;

  constructor(config: KubeConfig) {
    this.#config = config;
    this.#core = config.makeApiClient(CoreV1Api);
    this.#custom = config.makeApiClient(CustomObjectsApi);
  }

  /** `tkn taskrun logs -f`. @throws Error of a step that failed */
  async taskRunLogs(namespace: string, name: string, task = name): Promise<StepLog[]> {
    const podName = await this.#podName(namespace, name);
    await this.#core.readNamespacedPod({ namespace, name: podName });
    const pod = await this.#awaitPod(namespace, podName);
    const logs: StepLog[] = [];
    for (const { name: container } of pod.spec!.containers) {
      const stream = new PassThrough();
      const [all] = await Promise.all([
        text(stream),
        new Log(this.#config).log(namespace, podName, container, stream, { follow: true }),
      ]);
      logs.push({ task, step: container.replace(/^step-/, ''), text: all });
      const { status } = await this.#core.readNamespacedPod({ namespace, name: podName });
      const ended = status!.containerStatuses!.find((one) => one.name === container)!.state!.terminated;
      if (ended?.exitCode === 1) throw new Error(`container ${container} has failed ${ended.message ?? ''}`);
    }
    return logs;
  }

  /** `tkn pipelinerun logs -f`: the logs of each TaskRun that has begun, until the run has ended. */
  async pipelineRunLogs(namespace: string, name: string): Promise<StepLog[]> {
    const known = new Map<string, Promise<StepLog[]>>();
    await this.#informed<KubernetesObject & PipelineRun>(
      this.#at(namespace, 'pipelineruns'),
      name,
      async (run) => {
        for (const { kind, name: child, pipelineTaskName = '' } of run.status?.childReferences ?? []) {
          if (kind !== 'TaskRun' || known.has(child)) continue;
          const { status } = await this.#taskRun(namespace, child);
          if (!status?.podName) continue;
          known.set(child, this.taskRunLogs(namespace, child, pipelineTaskName));
        }
        return run.status?.conditions?.[0] !== undefined && run.status.conditions[0].status !== 'Unknown';
      },
    );
    return (await Promise.all(known.values())).flat();
  }

  #at(namespace: string, plural: string): Tekton {
    return { group: 'tekton.dev', version: 'v1', namespace, plural };
  }

  #taskRun(namespace: string, name: string): Promise<TaskRun> {
    return this.#custom.getNamespacedCustomObject({ ...this.#at(namespace, 'taskruns'), name });
  }

  /** Waits for the TaskRun's pod to have a name. */
  async #podName(namespace: string, name: string): Promise<string> {
    const { status } = await this.#taskRun(namespace, name);
    if (status?.podName) return status.podName;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const controller = await new Watch(this.#config).watch(
      `/apis/tekton.dev/v1/namespaces/${namespace}/taskruns`,
      { fieldSelector: `metadata.name=${name}` },
      (_type, object: TaskRun) => {
        if (object.status?.podName) resolve(object.status.podName);
      },
      (error) => reject(error ?? new Error('the watch ended')),
    );
    try {
      return await promise;
    } finally {
      controller.abort();
    }
  }

  /** Waits until the pod runs, or has run. */
  async #awaitPod(namespace: string, name: string): Promise<V1Pod> {
    let found: V1Pod | undefined;
    await this.#informed<V1Pod>(namespace, name, async (pod) => {
      if (pod.metadata?.deletionTimestamp) throw new Error(`failed to run the pod ${name}`);
      if (!['Running', 'Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) return false;
      found = pod;
      return true;
    });
    return found!;
  }

  /** An informer of one object: of a pod by its namespace, or of a resource of Tekton. */
  async #informed<T extends KubernetesObject>(
    at: Tekton | string,
    name: string,
    seen: (object: T) => Promise<boolean>,
  ): Promise<void> {
    const fieldSelector = `metadata.name=${name}`;
    const path =
      typeof at === 'string'
        ? `/api/v1/namespaces/${at}/pods`
        : `/apis/${at.group}/${at.version}/namespaces/${at.namespace}/${at.plural}`;
    const list = () =>
      (typeof at === 'string'
        ? this.#core.listNamespacedPod({ namespace: at, fieldSelector })
        : this.#custom.listNamespacedCustomObject({ ...at, fieldSelector })) as Promise<
        KubernetesListObject<T>
      >;
    const informer = new ListWatch<T>(path, new Watch(this.#config), list, false, undefined, fieldSelector);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let turn = Promise.resolve();
    const look = (object: T) => {
      turn = turn.then(async () => {
        if (await seen(object)) resolve();
      });
      turn.catch(reject);
    };
    informer.on('add', look);
    informer.on('update', look);
    informer.on('error', reject);
    await informer.start();
    try {
      await promise;
    } finally {
      informer.on('error', () => {});
      await informer.stop();
    }
  }
}
