import assert from 'node:assert/strict';
import type { KubeObject, ResourceType } from '@assay/kube';
import { isDone, type PipelineRun, podName, succeededCondition, type TaskRun, TaskRuns } from '@assay/tekton';
import { type Factory, startFactory } from '../../src/factory/factory.ts';
import { FactoryHome } from './factory-home.ts';

/** A TaskRun that has ended, and what its steps wrote. */
export interface EndedTaskRun {
  taskRun: TaskRun;
  /** `True Succeeded`, `False StepOOM`, ... */
  verdict: string;
  message: string;
  results: Record<string, unknown>;
  /** The lines of the last attempt's steps, in their order. */
  log: string;
}

/** A factory in this process, on a home of its own: what `assay run` starts, with its client at hand. */
export class EmbeddedFactory {
  readonly home: FactoryHome;
  readonly factory: Factory;
  /** What went wrong behind the scenes. */
  readonly faults: string[];
  #count = 0;

  private constructor(home: FactoryHome, factory: Factory, faults: string[]) {
    this.home = home;
    this.factory = factory;
    this.faults = faults;
  }

  static async start(): Promise<EmbeddedFactory> {
    const home = await FactoryHome.create();
    const faults: string[] = [];
    const factory = await startFactory({
      home: home.paths,
      onError: (error, place) => faults.push(`${place}: ${error}`),
    });
    return new EmbeddedFactory(home, factory, faults);
  }

  /** Creates a TaskRun in the namespace `default`. */
  create(spec: TaskRun['spec'], metadata: KubeObject['metadata'] = {}): Promise<TaskRun> {
    this.#count += 1;
    return this.factory.client.create(TaskRuns, {
      apiVersion: 'tekton.dev/v1',
      kind: 'TaskRun',
      metadata: { name: `run-${this.#count}`, namespace: 'default', ...metadata },
      spec,
    });
  }

  /** Creates a TaskRun and waits for its end. */
  async run(spec: TaskRun['spec'], metadata: KubeObject['metadata'] = {}): Promise<EndedTaskRun> {
    return this.ended(await this.create(spec, metadata));
  }

  async ended(created: TaskRun): Promise<EndedTaskRun> {
    const taskRun = await this.until(TaskRuns, created, isDone);
    const { status, reason, message = '' } = succeededCondition(taskRun)!;
    return {
      taskRun,
      verdict: `${status} ${reason}`,
      message,
      results: Object.fromEntries((taskRun.status?.results ?? []).map(({ name, value }) => [name, value])),
      log: await this.#log(taskRun),
    };
  }

  /** The object as soon as it is as wanted. */
  async until<T extends TaskRun | PipelineRun>(
    resource: ResourceType<T>,
    { metadata }: T,
    wanted: (object: T) => boolean,
  ): Promise<T> {
    const signal = AbortSignal.timeout(20_000);
    let last: T | undefined;
    for await (const event of this.factory.client.watch(resource, {
      namespace: metadata.namespace!,
      fieldSelector: `metadata.name=${metadata.name}`,
      signal,
    })) {
      if (event.type === 'BOOKMARK') continue;
      last = event.object;
      if (wanted(last)) return last;
    }
    assert.fail(`${metadata.name} does not come that far: ${JSON.stringify(last?.status)}`);
  }

  async stop(): Promise<void> {
    await this.factory.stop();
    this.home.remove();
  }

  async #log({ metadata, status }: TaskRun): Promise<string> {
    const pod = podName(metadata.name!, status?.retriesStatus?.length ?? 0);
    const lines: string[] = [];
    for (const { container } of status?.steps ?? []) {
      const target = { namespace: metadata.namespace!, pod, uid: metadata.uid!, container: container! };
      for await (const { text } of this.factory.logs.read(target)) lines.push(text);
    }
    return lines.join('\n');
  }
}
