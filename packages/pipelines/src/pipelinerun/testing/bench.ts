import assert from 'node:assert/strict';
import type { Client, Condition, KubeObject, ReconcileResult, Store } from '@assay/kube';
import { adminIdentity, createStore, ManualClock, runnerIdentity, timestamp } from '@assay/kube';
import type {
  ParamValue,
  PipelineRun,
  PipelineRunSpec,
  PipelineSpec,
  SkippedTask,
  TaskRun,
  TaskRunStatus,
  TaskSpec,
} from '@assay/tekton';
import {
  CustomRuns,
  isDone,
  labels,
  PipelineRuns,
  Pipelines,
  succeededCondition,
  TaskRuns,
  Tasks,
  tektonApiVersion,
} from '@assay/tekton';
import type { PipelineRunControllerOptions } from '../controller.ts';
import { createPipelineRunController } from '../controller.ts';

/** How a TaskRun ends. Without `reason` it succeeds. */
export interface Ending {
  /** The same for all TaskRuns of a matrix, or as each one's name says. */
  results?: Record<string, ParamValue> | ((taskRun: string) => Record<string, ParamValue>);
  reason?: string;
  message?: string;
}

const namespace = 'default';

/** A real store, a clock that stands still, and the part of the TaskRun controller: ending TaskRuns as told. */
export class Bench {
  readonly clock = new ManualClock();
  readonly store: Store;
  /** The controller's client. */
  readonly client: Client;
  /** A user's client. */
  readonly user: Client;
  readonly #options: Partial<PipelineRunControllerOptions>;
  #uids = 0;

  constructor(options: Partial<PipelineRunControllerOptions> = {}) {
    this.#options = options;
    this.store = createStore({
      path: ':memory:',
      resources: [Pipelines, Tasks, PipelineRuns, TaskRuns, CustomRuns],
      clock: this.clock,
      randomUid: () => `uid-${++this.#uids}`,
    });
    this.client = this.store.client(runnerIdentity);
    this.user = this.store.client(adminIdentity);
  }

  /** Creates a PipelineRun `run` in the default namespace. */
  async post(spec: PipelineRunSpec, metadata: KubeObject['metadata'] = {}): Promise<PipelineRun> {
    return this.user.create(PipelineRuns, {
      apiVersion: tektonApiVersion,
      kind: 'PipelineRun',
      metadata: { name: 'run', namespace, ...metadata },
      spec,
    });
  }

  async addPipeline(name: string, spec: PipelineSpec, metadata: KubeObject['metadata'] = {}): Promise<void> {
    const object = {
      apiVersion: tektonApiVersion,
      kind: 'Pipeline',
      metadata: { namespace, ...metadata, name },
      spec,
    };
    await this.user.create(Pipelines, object);
  }

  async addTask(name: string, spec: TaskSpec): Promise<void> {
    await this.user.create(Tasks, {
      apiVersion: tektonApiVersion,
      kind: 'Task',
      metadata: { namespace, name },
      spec,
    });
  }

  /** One reconcile of a controller that starts for this one turn: it can know nothing but the store. */
  async turn(client: Client = this.client): Promise<ReconcileResult> {
    const controller = createPipelineRunController({ clock: this.clock, ...this.#options, client });
    return controller.reconcile({ namespace, name: 'run' }, await this.run());
  }

  run(): Promise<PipelineRun> {
    return this.user.get(PipelineRuns, namespace, 'run');
  }

  async patchRun(spec: PipelineRunSpec): Promise<void> {
    await this.user.patch(PipelineRuns, namespace, 'run', { spec });
  }

  /** Names of the tasks that have a TaskRun, sorted. */
  async started(): Promise<string[]> {
    return (await this.taskRuns()).map(taskOf).sort();
  }

  async taskRuns(): Promise<TaskRun[]> {
    return (await this.user.list(TaskRuns, { namespace })).items;
  }

  async taskRun(task: string): Promise<TaskRun> {
    const found = (await this.taskRuns()).find((taskRun) => taskOf(taskRun) === task);
    assert.ok(found, `task ${task} has no TaskRun`);
    return found;
  }

  /** Ends the TaskRun of `task`; of a matrix all of them. */
  async finish(task: string, ending: Ending = {}): Promise<void> {
    const open = (await this.taskRuns()).filter((taskRun) => taskOf(taskRun) === task && !isDone(taskRun));
    assert.ok(open.length > 0, `task ${task} has no TaskRun that could end`);
    for (const taskRun of open) await this.finishTaskRun(taskRun, ending);
  }

  async finishTaskRun(taskRun: TaskRun, { results = {}, reason, message }: Ending = {}): Promise<void> {
    const written = typeof results === 'function' ? results(taskRun.metadata.name!) : results;
    const now = timestamp(this.clock.now());
    const condition: Condition = {
      type: 'Succeeded',
      status: reason === undefined ? 'True' : 'False',
      reason: reason ?? 'Succeeded',
      message: message ?? '',
      lastTransitionTime: now,
    };
    const status: TaskRunStatus = {
      conditions: [condition],
      startTime: taskRun.status?.startTime ?? now,
      completionTime: now,
      results: Object.entries(written).map(([name, value]) => ({ name, type: typeOf(value), value })),
    };
    await this.client.updateStatus(TaskRuns, { ...taskRun, status });
  }

  /** Turns and ends TaskRuns (all with success, or as told) until the run is done. */
  async settle(endings: Record<string, Ending> = {}): Promise<PipelineRun> {
    for (let turns = 0; turns < 50; turns++) {
      await this.turn();
      const run = await this.run();
      const open = (await this.taskRuns()).filter((taskRun) => !isDone(taskRun));
      for (const taskRun of open) await this.finishTaskRun(taskRun, endings[taskOf(taskRun)]);
      if (isDone(run)) return run;
    }
    throw new Error(`the run does not end: ${JSON.stringify((await this.run()).status)}`);
  }

  /** `status reason: message` of the run. */
  async verdict(): Promise<string> {
    const { status, reason, message } = succeededCondition(await this.run()) ?? {};
    return `${status} ${reason}: ${message}`;
  }

  async skipped(): Promise<SkippedTask[]> {
    return (await this.run()).status?.skippedTasks ?? [];
  }
}

export function taskOf(taskRun: TaskRun): string {
  return taskRun.metadata.labels?.[labels.pipelineTask] ?? '';
}

function typeOf(value: ParamValue): string {
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'array' : 'object';
}

/** An embedded task with one step that says `text`, and results of type string. */
export function says(text: string, results: string[] = []): TaskSpec {
  return {
    steps: [{ image: 'toolbox', script: `echo ${text}` }],
    ...(results.length > 0 && { results: results.map((name) => ({ name })) }),
  };
}
