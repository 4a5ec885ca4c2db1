import type { Client, KubeObject } from '@assay/kube';
import { type LogStore, pausedStepAnnotation, waitingForSlot } from '@assay/pipelines';
import {
  isDone,
  isSuccessful,
  labels,
  type PipelineRun,
  PipelineRuns,
  podName,
  succeededCondition,
  type TaskRun,
  TaskRuns,
} from '@assay/tekton';
import type { RunReporter } from './run-events.ts';

/** What following needs of a factory, in this process or another. */
export interface RunSource {
  client: Client;
  logs: LogStore;
}

/**
 * Reports a run's events until it is done and its logs are read to their end.
 * @returns the run as it ended, or as it was when `signal` aborted
 */
export async function followRun(
  source: RunSource,
  run: TaskRun | PipelineRun,
  report: RunReporter,
  signal?: AbortSignal,
  now: () => number = () => performance.now(),
): Promise<TaskRun | PipelineRun> {
  const { namespace, name, uid } = run.metadata;
  const started = now();
  const kind = run.kind as 'TaskRun' | 'PipelineRun';
  report({ type: 'run-started', kind, name: name! });
  const tasks = new Map<string, TaskFollower>();
  const stop = new AbortController();
  const onTaskRun = (taskRun: TaskRun) => {
    const key = taskRun.metadata.uid!;
    const follower = tasks.get(key) ?? new TaskFollower(source.logs, name!, kind, report, now);
    tasks.set(key, follower);
    follower.seen(taskRun);
  };
  const watched = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
  const children =
    kind === 'PipelineRun'
      ? watchObjects(
          source.client.watch(TaskRuns, {
            namespace: namespace!,
            labelSelector: `${labels.pipelineRunUID}=${uid}`,
            signal: watched,
          }),
          onTaskRun,
        )
      : Promise.resolve();
  const resource = kind === 'PipelineRun' ? PipelineRuns : TaskRuns;
  let last = run;
  for await (const event of source.client.watch<TaskRun | PipelineRun>(resource, {
    namespace: namespace!,
    fieldSelector: `metadata.name=${name}`,
    signal: watched,
  })) {
    if (event.type === 'BOOKMARK' || event.object.metadata.uid !== uid) continue;
    if (event.type === 'DELETED') break;
    last = event.object;
    if (kind === 'TaskRun') onTaskRun(last as TaskRun);
    if (isDone(last)) break;
  }
  if (kind === 'PipelineRun') await catchUp(source.client, last as PipelineRun, onTaskRun);
  stop.abort();
  await children;
  await Promise.all([...tasks.values()].map((task) => task.drained()));
  for (const { name: task, reason } of (last as PipelineRun).status?.skippedTasks ?? []) {
    report({ type: 'task-skipped', run: name!, task, reason });
  }
  if (!isDone(last)) return last;
  const condition = succeededCondition(last);
  report({
    type: 'run-ended',
    run: last,
    succeeded: isSuccessful(last),
    reason: condition?.reason ?? '',
    message: condition?.message ?? '',
    ms: now() - started,
  });
  return last;
}

/** The children's watch may lag behind the run's; their last state is read once more at the end. */
async function catchUp(
  client: Client,
  run: PipelineRun,
  onTaskRun: (taskRun: TaskRun) => void,
): Promise<void> {
  const { items } = await client.list(TaskRuns, {
    namespace: run.metadata.namespace!,
    labelSelector: `${labels.pipelineRunUID}=${run.metadata.uid}`,
  });
  for (const taskRun of items) onTaskRun(taskRun);
}

async function watchObjects<T extends KubeObject>(
  events: AsyncIterable<{ type: string; object?: T }>,
  seen: (object: T) => void,
): Promise<void> {
  for await (const event of events) if (event.object && event.type !== 'DELETED') seen(event.object);
}

/** Turns the successive states of one TaskRun into events, each once, with the steps' logs between them. */
class TaskFollower {
  readonly #logs: LogStore;
  readonly #run: string;
  readonly #kind: 'TaskRun' | 'PipelineRun';
  readonly #report: RunReporter;
  readonly #now: () => number;
  /** A status tells whole seconds only; what a person waited for is measured here. */
  readonly #started: number;
  readonly #steps = new Map<string, { ended: AbortController; drained: Promise<void> }>();
  #done = false;
  #paused: string | undefined;
  #waits = false;
  #closing: Promise<void> = Promise.resolve();

  constructor(
    logs: LogStore,
    run: string,
    kind: 'TaskRun' | 'PipelineRun',
    report: RunReporter,
    now: () => number,
  ) {
    this.#logs = logs;
    this.#run = run;
    this.#kind = kind;
    this.#report = report;
    this.#now = now;
    this.#started = now();
  }

  seen(taskRun: TaskRun): void {
    if (this.#done) return;
    const attempt = taskRun.status?.retriesStatus?.length ?? 0;
    const task =
      this.#kind === 'TaskRun' ? this.#run : (taskRun.metadata.labels?.[labels.pipelineTask] ?? '');
    for (const state of taskRun.status?.steps ?? []) {
      const key = `${attempt}/${state.container}`;
      if (
        !this.#steps.has(key) &&
        (state.running || (state.terminated && state.terminationReason !== 'Skipped'))
      ) {
        this.#steps.set(key, this.#follow(taskRun, attempt, task, state.name!, state.container!));
      }
      const step = this.#steps.get(key);
      if (state.terminated && step && !step.ended.signal.aborted) step.ended.abort();
    }
    this.#tellWaiting(taskRun, task);
    this.#tellPaused(taskRun, task);
    if (isDone(taskRun)) {
      this.#done = true;
      for (const step of this.#steps.values()) step.ended.abort();
      this.#closing = this.#close(taskRun, task);
    }
  }

  #tellWaiting(taskRun: TaskRun, task: string): void {
    const why = waitingForSlot(taskRun);
    if (why !== undefined && !this.#waits) this.#report({ type: 'task-waiting', run: this.#run, task, why });
    this.#waits = why !== undefined;
  }

  #tellPaused(taskRun: TaskRun, task: string): void {
    const container = taskRun.metadata.annotations?.[pausedStepAnnotation];
    if (container === this.#paused) return;
    this.#paused = container;
    if (container === undefined) return;
    const { namespace, name } = taskRun.metadata;
    const step = taskRun.status?.steps?.find((state) => state.container === container)?.name ?? container;
    this.#report({
      ...{ type: 'step-paused', run: this.#run, task, step, container },
      ...{ namespace: namespace!, taskRun: name! },
    });
  }

  async drained(): Promise<void> {
    for (const step of this.#steps.values()) step.ended.abort();
    await Promise.all([...this.#steps.values()].map((step) => step.drained));
    await this.#closing;
  }

  #follow(taskRun: TaskRun, attempt: number, task: string, step: string, container: string) {
    const { namespace, name, uid } = taskRun.metadata;
    const ended = new AbortController();
    const place = { run: this.#run, task, step };
    const read = async () => {
      this.#report({ type: 'step-started', ...place });
      const target = { namespace: namespace!, pod: podName(name!, attempt), uid: uid!, container };
      for await (const line of this.#logs.read(target, { follow: ended.signal })) {
        this.#report({ type: 'log', ...place, text: line.text, newline: line.complete });
      }
    };
    return { ended, drained: read() };
  }

  async #close(taskRun: TaskRun, task: string): Promise<void> {
    await Promise.all([...this.#steps.values()].map((step) => step.drained));
    for (const { name, terminated, terminationReason } of taskRun.status?.steps ?? []) {
      if (!terminated || terminated.exitCode === 0) continue;
      const reason = terminationReason ?? terminated.reason ?? '';
      this.#report({
        type: 'step-ended',
        run: this.#run,
        task,
        step: name!,
        exitCode: terminated.exitCode,
        reason,
      });
    }
    const condition = succeededCondition(taskRun);
    if (this.#kind === 'TaskRun') return;
    this.#report({
      type: 'task-ended',
      run: this.#run,
      task,
      succeeded: condition?.status === 'True',
      reason: condition?.reason ?? '',
      message: condition?.message ?? '',
      ms: this.#now() - this.#started,
    });
  }
}
