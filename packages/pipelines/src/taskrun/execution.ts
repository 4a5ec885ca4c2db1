import { isKubeError, KubeError, setCondition, timestamp } from '@assay/kube';
import type { Container, ExecSpec, ExecutedProcess } from '@assay/sandbox';
import {
  annotations,
  durationOf,
  podName,
  succeededCondition,
  type TaskRun,
  type TaskRunReason,
  type TaskRunStatus,
  TaskRuns,
  taskRunCancelledMessage,
  taskRunMessages,
  taskRunReasons,
  taskRunTimeoutMessage,
  type VerificationResult,
  verificationCondition,
  withSucceeded,
} from '@assay/tekton';
import type { RunCaches } from '../caches/run-caches.ts';
import { RunEvents } from '../events/run-events.ts';
import { podDeletedMessage } from '../pods/deleted-pods.ts';
import { StepOutcomes } from '../results/step-outcomes.ts';
import type { Release } from '../scheduling/slot-queue.ts';
import { slotMessage, slotRequest, waitingForSlot } from '../scheduling/slots.ts';
import { type AttemptFailure, runAttempt } from './attempt.ts';
import { type Decision, decide, pausedStepAnnotation, type StepBreakpoints } from './breakpoints.ts';
import { CannotStart } from './cannot-start.ts';
import type { ExecutionServices } from './execution-services.ts';
import { type Preparation, prepare } from './prepare.ts';
import { StatusWriter } from './status-writer.ts';
import { terminateStep } from './terminate-step.ts';

/** How long to wait before a final status that the store could not take is written again. */
const storeRetryMs = 1000;

type Ending = { reason: TaskRunReason; message: string };

/**
 * One TaskRun from here to its end, its retries included. The execution is the only author of the run's status while
 * it lasts; what happens to the object meanwhile (cancel, delete) reaches it through `cancel` and `abandon`.
 */
export class TaskRunExecution {
  /** Resolves when the final status is stored and nothing of the run is left on the machine. */
  readonly finished: Promise<void>;
  readonly #services: ExecutionServices;
  readonly #taskRun: TaskRun;
  readonly #status: TaskRunStatus;
  readonly #writer: StatusWriter;
  readonly #onError: (error: unknown) => void;
  #cancelled: { message: string } | undefined;
  #deletedPods: ReadonlySet<string> = new Set();
  readonly #abandoned = new AbortController();
  readonly #events: RunEvents;
  /** What runs now, by the containers' names. */
  readonly #containers = new Map<string, Container>();
  #paused: { index: number; at: 'beforeStep' | 'onFailure'; breakpoints: StepBreakpoints } | undefined;
  #stop = new AbortController();
  #release: Release | undefined;

  /** @param onError told what went wrong that the author of the run cannot help */
  constructor(taskRun: TaskRun, services: ExecutionServices, onError: (error: unknown) => void) {
    this.#services = services;
    this.#onError = onError;
    this.#taskRun = taskRun;
    this.#status = structuredClone(taskRun.status ?? {});
    this.#events = new RunEvents(services.client, () => services.clock.now());
    this.#writer = new StatusWriter(services.client, taskRun, () => this.#status);
    this.finished = this.#run().finally(() => this.#release?.());
  }

  /** Stops what runs and ends the TaskRun as cancelled; no retry follows. */
  cancel(message: string): void {
    this.#cancelled ??= { message };
    this.#stop.abort();
  }

  /** Stops the present attempt, which then has failed, if its pod is one of these. */
  deletePods(names: ReadonlySet<string>): void {
    this.#deletedPods = names;
    if (names.has(this.#status.podName ?? '')) this.#stop.abort();
  }

  /** Kills what runs and writes nothing more: the object is gone, or the runner is closing. */
  abandon(): void {
    this.#abandoned.abort();
    this.#stop.abort();
  }

  /**
   * Starts a process in a container that runs.
   * @param container `step-build`, `sidecar-db`
   * @throws KubeError `NotFound`; SandboxError as the container's
   */
  async exec(container: string, spec: ExecSpec): Promise<ExecutedProcess> {
    const running = this.#containers.get(container);
    if (running) return running.exec(spec);
    const { name } = this.#taskRun.metadata;
    throw new KubeError('NotFound', `container "${container}" of TaskRun "${name}" does not run`);
  }

  /** The step that stands still at a breakpoint. */
  get paused(): { container: string; at: 'beforeStep' | 'onFailure' } | undefined {
    if (!this.#paused) return undefined;
    const { index, at } = this.#paused;
    return { container: this.#status.steps?.[index]?.container ?? '', at };
  }

  /** Has the step that stands still go on, or fail. */
  release(decision: Decision): void {
    if (this.#paused) decide(this.#paused.breakpoints, this.#paused.at, decision);
  }

  async #run(): Promise<void> {
    const removals: Promise<void>[] = [];
    // Started by an earlier process, which took the pod with it.
    let lost = this.#status.startTime !== undefined && waitingForSlot(this.#taskRun) === undefined;
    for (;;) {
      this.#stop = new AbortController();
      if (this.#cancelled || this.#abandoned.signal.aborted) this.#stop.abort();
      if (!lost) this.#release ??= await this.#slot();
      if (this.#abandoned.signal.aborted) break;
      const ending = lost ? this.#loseAttempt() : await this.#attempt(removals);
      lost = false;
      if (this.#abandoned.signal.aborted) break;
      const retries = this.#taskRun.spec.retries ?? 0;
      const attempts = this.#status.retriesStatus?.length ?? 0;
      if (ending.reason !== 'Succeeded' && !this.#cancelled && attempts < retries) {
        this.#archive(ending);
        continue;
      }
      this.#conclude(ending);
      await this.#store();
      break;
    }
    await Promise.all(removals);
  }

  /**
   * Waits for the run's turn. Its `startTime` is set, so that its spec is settled, and set again when it has a slot: it is not
   * late by its own limit before that.
   * @returns undefined when it is cancelled or abandoned first, or when there is nothing to wait for
   */
  async #slot(): Promise<Release | undefined> {
    return this.#services.slots?.acquire(slotRequest(this.#taskRun), this.#stop.signal, (why) => {
      this.#status.startTime ??= timestamp(this.#services.clock.now());
      this.#setCondition('Unknown', 'Pending', slotMessage(why));
    });
  }

  /** Stores the final status; a store that is full or away is waited for, since nobody else knows how the run ended. */
  async #store(): Promise<void> {
    for (;;) {
      try {
        return await this.#writer.flush();
      } catch (error) {
        if (!isKubeError(error, 'StorageFull') && !isKubeError(error, 'Unavailable')) throw error;
        this.#onError(error);
      }
      await new Promise<void>((resolve) => {
        this.#services.clock.setTimer(resolve, storeRetryMs);
      });
      if (this.#abandoned.signal.aborted) return;
    }
  }

  async #attempt(removals: Promise<void>[]): Promise<Ending> {
    const { clock } = this.#services;
    const status = this.#status;
    const held = this.#cancelled && succeededCondition({ status });
    status.startTime = timestamp(clock.now());
    this.#setCondition('Unknown', 'Started', taskRunMessages.started);
    const timeoutMs = durationOf(this.#taskRun.spec.timeout) ?? 60 * 60_000;
    let timedOut = false;
    const stopTimer =
      timeoutMs > 0
        ? clock.setTimer(() => {
            timedOut = true;
            this.#stop.abort();
          }, timeoutMs)
        : undefined;
    try {
      const failure = await this.#runPod(removals).catch((error: unknown): Ending => {
        this.#onError(error);
        return {
          reason: 'PodCreationFailed',
          message: error instanceof Error ? error.message : String(error),
        };
      });
      if (this.#cancelled) {
        const { name } = this.#taskRun.metadata;
        return this.#terminated(
          'TaskRunCancelled',
          taskRunCancelledMessage(name!, this.#cancelled.message, held),
        );
      }
      if (timedOut) {
        return this.#terminated(
          'TaskRunTimeout',
          taskRunTimeoutMessage(this.#taskRun.metadata.name!, timeoutMs),
        );
      }
      if (this.#deletedPods.has(status.podName ?? '')) {
        return this.#terminated('StepFailed', podDeletedMessage(status.podName!));
      }
      return failure ?? { reason: 'Succeeded', message: taskRunMessages.succeeded };
    } finally {
      stopTimer?.();
    }
  }

  /** Prepares and runs one pod. */
  async #runPod(removals: Promise<void>[]): Promise<AttemptFailure | Ending> {
    const { client, sandbox, logs, clock, graceMs } = this.#services;
    const status = this.#status;
    const attempt = status.retriesStatus?.length ?? 0;
    const pod = podName(this.#taskRun.metadata.name!, attempt);
    const podId = `${this.#taskRun.metadata.uid}-${attempt}`;
    let prepared: Preparation;
    try {
      const taskRun = { ...this.#taskRun, status };
      prepared = await prepare(taskRun, pod, podId, this.#services, this.#stop.signal);
    } catch (error) {
      if (this.#stop.signal.aborted) return undefined;
      if (!(error instanceof CannotStart)) throw error;
      this.#setVerified(error.verification);
      return { reason: error.reason, message: error.message };
    }
    const { plan, layout, spec, declared } = prepared;
    this.#setVerified(prepared.verification);
    status.podName = pod;
    status.taskSpec = spec;
    status.steps = plan.steps.map((step) => step.state);
    if (plan.sidecars.length > 0) status.sidecars = plan.sidecars.map((sidecar) => sidecar.state);
    status.provenance = { ...status.provenance, ...prepared.provenance };
    if (prepared.metadata) {
      const { namespace, name } = this.#taskRun.metadata;
      await client.patch(TaskRuns, namespace!, name!, { metadata: prepared.metadata });
    }
    this.#setCondition('Unknown', 'Running', taskRunMessages.running);

    this.#tellMissing(prepared.missingSecrets);
    const uid = this.#taskRun.metadata.uid!;
    const namespace = this.#taskRun.metadata.namespace!;
    const outcomes = new StepOutcomes(
      ...([
        layout,
        spec,
        declared,
        status,
        this.#services.resultsLimit ?? 'none',
        this.#taskRun.metadata.name!,
      ] as const),
    );
    const { failure, removed } = await runAttempt(plan, {
      sandbox,
      clock,
      graceMs,
      stop: this.#stop.signal,
      kill: this.#abandoned.signal,
      openLog: (container) => logs.create({ namespace, pod, uid, container }),
      containerRoot: sandbox.runtime.containerRoot,
      started: (name, container) => {
        this.#containers.set(name, container);
        void container.exit.then(() => this.#containers.delete(name));
      },
      paused: (index, at) => {
        const { breakpoints } = plan.steps[index]!;
        this.#paused = at && breakpoints && { index, at, breakpoints };
        this.#markPaused(at && plan.steps[index]!.container.name);
      },
      changed: () => this.#writer.changed(),
      stepEnded: (index) => outcomes.ended(index, plan.steps[index]!.state),
    });
    const { problem } = outcomes;
    const kept =
      failure || problem !== undefined || this.#stop.signal.aborted
        ? undefined
        : this.#keepCaches(prepared.caches, removed);
    removals.push(Promise.all([removed, kept]).then(() => prepared.dispose()));
    if (failure || this.#stop.signal.aborted) return failure;
    // The next run may begin when this one's end is known, and is to find them.
    await kept;
    return problem;
  }

  async #keepCaches(caches: RunCaches | undefined, removed: Promise<void>): Promise<void> {
    if (!caches?.uses.length) return;
    await removed;
    for (const words of await caches.save())
      this.#events.tell(this.#taskRun, 'Warning', 'CacheNotKept', words);
  }

  #setVerified(verification: VerificationResult | undefined): void {
    const condition = verification && verificationCondition(verification);
    if (!condition) return;
    this.#status.conditions = setCondition(this.#status.conditions, condition, this.#services.clock.now());
  }

  #tellMissing(secrets: readonly string[]): void {
    if (secrets.length === 0) return;
    const words = `Unable to retrieve some secrets (${secrets.join(', ')}); attempting to use them may not succeed.`;
    this.#events.tell(this.#taskRun, 'Warning', 'FailedToRetrieveSecret', words);
  }

  /** Others find by the annotation which step stands still. */
  #markPaused(container: string | undefined): void {
    const { namespace, name } = this.#taskRun.metadata;
    const annotations = { [pausedStepAnnotation]: container ?? null };
    const patch = { metadata: { annotations } } as unknown as Partial<TaskRun>;
    this.#services.client.patch(TaskRuns, namespace!, name!, patch).catch(this.#onError);
  }

  /** Ends the attempt as the work of someone other than its steps; what ran or waited is marked so. */
  #terminated(reason: TaskRunReason, message: string): Ending {
    const finishedAt = timestamp(this.#services.clock.now());
    for (const state of this.#status.steps ?? []) {
      if (!state.terminated) terminateStep(state, reason, finishedAt, this.#status.podName);
    }
    return { reason, message };
  }

  #loseAttempt(): Ending {
    return this.#terminated('PodEvicted', 'The runner stopped while the TaskRun was running.');
  }

  #archive(ending: Ending): void {
    this.#conclude(ending);
    const { retriesStatus = [], ...attempt } = structuredClone(this.#status);
    this.#status.retriesStatus = [...retriesStatus, attempt];
    for (const field of [
      'startTime',
      'completionTime',
      'podName',
      'results',
      'artifacts',
      'steps',
      'sidecars',
    ] as const) {
      delete this.#status[field];
    }
    this.#setCondition('Unknown', 'ToBeRetried', ending.message);
  }

  #conclude({ reason, message }: Ending): void {
    this.#status.completionTime = timestamp(this.#services.clock.now());
    const ignored =
      reason !== 'Succeeded' &&
      reason !== 'TaskRunCancelled' &&
      this.#taskRun.metadata.annotations?.[annotations.pipelineTaskOnError] === 'continue';
    this.#setCondition(
      reason === 'Succeeded' ? 'True' : 'False',
      ignored ? taskRunReasons.FailureIgnored : reason,
      message,
      false,
    );
  }

  #setCondition(
    condition: 'True' | 'False' | 'Unknown',
    reason: string,
    message: string,
    write = true,
  ): void {
    const now = timestamp(this.#services.clock.now());
    const before = succeededCondition({ status: this.#status } as TaskRun);
    this.#status.conditions = withSucceeded(
      this.#status.conditions,
      { status: condition, reason, message },
      now,
    );
    this.#events.conditionChanged(
      this.#taskRun,
      before,
      succeededCondition({ status: this.#status } as TaskRun),
    );
    if (write) this.#writer.changed();
  }
}
