import { type Clock, timestamp } from '@assay/kube';
import type { Container, ContainerExit, ContainerSpec, Pod, Sandbox } from '@assay/sandbox';
import { SandboxError } from '@assay/sandbox';
import {
  type SidecarState,
  type Step,
  type StepState,
  stepFailedMessage,
  stepTimeoutMessage,
  taskRunMessages,
  terminationReasons,
} from '@assay/tekton';
import type { LogWriter } from '../logs/log-store.ts';
import { stepIsWanted, withStepResults } from './step-results.ts';

/** A step that is ready to run. `state` is written to as it goes; it becomes part of the run's status. */
export interface PlannedStep {
  state: StepState;
  container: ContainerSpec;
  onError: 'continue' | 'stopAndFail';
  /** Milliseconds; none when absent. */
  timeoutMs?: number;
  /** Decides, when its turn has come, whether it runs at all. */
  when?: Step['when'];
  /** Called before it starts with the states of the steps before it. */
  prepare?(earlier: readonly StepState[]): void;
}

export interface PlannedSidecar {
  state: SidecarState;
  container: ContainerSpec;
}

/** One attempt at a TaskRun: a pod whose sidecars run beside its steps, which run one after the other. */
export interface AttemptPlan {
  podId: string;
  hostname: string;
  /** False when nothing in the pod may reach the network. */
  network: boolean;
  steps: PlannedStep[];
  sidecars: PlannedSidecar[];
}

/** What surrounds an attempt. */
export interface AttemptEnvironment {
  sandbox: Sandbox;
  clock: Clock;
  openLog(container: string): LogWriter;
  /** Called when the state of a container changed. */
  changed(): void;
  /** Called after each step that ran or was skipped by its `when`, failed ones included, before the next one starts. */
  stepEnded(index: number): void;
  /** Aborts when the TaskRun is cancelled or out of time; what runs is then stopped and nothing more started. */
  stop: AbortSignal;
  /** Aborts when the runner itself ends: what runs, stopping or not, is killed. */
  kill: AbortSignal;
  /** Between TERM and KILL, in milliseconds. */
  graceMs: number;
}

/** The first thing that went wrong, as a condition tells it; undefined when all steps did well. */
export type AttemptFailure =
  | { reason: 'StepFailed' | 'StepOOM' | 'PodCreationFailed'; message: string }
  | undefined;

export interface AttemptEnd {
  failure: AttemptFailure;
  /** Resolves when the pod and everything in it is gone. */
  removed: Promise<void>;
}

/** Runs the plan to its end. Resolves as soon as the outcome is known; the pod is removed behind it. */
export async function runAttempt(plan: AttemptPlan, environment: AttemptEnvironment): Promise<AttemptEnd> {
  const { sandbox } = environment;
  let pod: Pod;
  try {
    pod = await sandbox.createPod({
      id: plan.podId,
      hostname: plan.hostname,
      network: plan.network ? 'egress' : 'none',
      containers: plan.steps.length + plan.sidecars.length,
    });
  } catch (error) {
    return {
      failure: { reason: 'PodCreationFailed', message: messageOf(error) },
      removed: Promise.resolve(),
    };
  }
  const logs: LogWriter[] = [];
  let failure: AttemptFailure;
  try {
    const run = (container: ContainerSpec) => {
      const log = environment.openLog(container.name);
      logs.push(log);
      return { log, started: pod.run({ ...container, onOutput: (chunk) => log.write(chunk) }) };
    };
    await Promise.all(plan.sidecars.map((sidecar) => startSidecar(sidecar, run, environment)));
    for (const [index, step] of plan.steps.entries()) {
      if (environment.stop.aborted) break;
      if (failure) {
        skip(step.state, 1, environment.clock);
        continue;
      }
      const earlier = plan.steps.slice(0, index).map(({ state }) => state);
      if (stepIsWanted(step, earlier)) {
        const container = withStepResults(step.container, earlier);
        step.prepare?.(earlier);
        failure = await runStep({ ...step, container }, run, environment);
      } else {
        skip(step.state, 0, environment.clock);
      }
      if (!environment.stop.aborted) environment.stepEnded(index);
    }
    for (const { state } of plan.sidecars) stopped(state, environment.clock);
  } catch (error) {
    failure ??= { reason: 'PodCreationFailed', message: messageOf(error) };
  }
  const removed = pod.remove().finally(() => {
    for (const log of logs) log.close();
  });
  return { failure, removed };
}

type Run = (container: ContainerSpec) => { log: LogWriter; started: Promise<Container> };

async function runStep(
  step: PlannedStep,
  run: Run,
  environment: AttemptEnvironment,
): Promise<AttemptFailure> {
  const { state, container } = step;
  const { clock, stop } = environment;
  const startedAt = timestamp(clock.now());
  const { log, started } = run(container);
  let running: Container;
  try {
    running = await started;
  } catch (error) {
    log.write(Buffer.from(`${messageOf(error)}\n`));
    log.close();
    if (!(error instanceof SandboxError) || error.code !== 'StartFailed') throw error;
    terminate(
      state,
      { exitCode: 1, reason: 'Error', startedAt, finishedAt: timestamp(clock.now()) },
      'Error',
    );
    return { reason: 'StepFailed', message: stepFailedMessage(container.name, 1, 'Error') };
  }
  delete state.waiting;
  state.running = { startedAt };
  environment.changed();

  const { exit, timedOut } = await awaitExit(running, step.timeoutMs, environment);
  log.close();
  const times = { startedAt, finishedAt: timestamp(exit.finishedAt.getTime()) };
  // Who stopped the run says what became of its steps.
  if (stop.aborted) return undefined;
  if (timedOut) {
    terminate(state, { exitCode: 1, reason: 'Error', ...times }, 'TimeoutExceeded');
    return { reason: 'StepFailed', message: stepTimeoutMessage(container.name) };
  }
  if (exit.oomKilled) {
    terminate(state, { exitCode: exit.exitCode, reason: 'OOMKilled', ...times }, 'OOMKilled');
    return { reason: 'StepOOM', message: stepFailedMessage(container.name, exit.exitCode, 'OOMKilled') };
  }
  if (exit.exitCode === 0) {
    terminate(state, { exitCode: 0, reason: 'Completed', ...times }, 'Completed');
    return undefined;
  }
  if (step.onError === 'continue') {
    terminate(state, { exitCode: exit.exitCode, reason: 'Error', ...times }, 'Continued');
    return undefined;
  }
  terminate(state, { exitCode: exit.exitCode, reason: 'Error', ...times }, 'Error');
  return { reason: 'StepFailed', message: stepFailedMessage(container.name, exit.exitCode, 'Error') };
}

/** Waits for the end, which the step's own timeout or the run's stop may bring about. */
async function awaitExit(
  container: Container,
  timeoutMs: number | undefined,
  { clock, stop, kill, graceMs }: AttemptEnvironment,
): Promise<{ exit: ContainerExit; timedOut: boolean }> {
  let timedOut = false;
  const halt = () => void container.stop(graceMs);
  const cancelTimer =
    timeoutMs === undefined
      ? undefined
      : clock.setTimer(() => {
          timedOut = true;
          // As Tekton's entrypoint: a step out of its own time is killed, only a run out of time is asked first.
          void container.stop(0);
        }, timeoutMs);
  const end = () => void container.stop(0);
  stop.addEventListener('abort', halt, { once: true });
  kill.addEventListener('abort', end, { once: true });
  if (kill.aborted) end();
  else if (stop.aborted) halt();
  const exit = await container.exit;
  cancelTimer?.();
  stop.removeEventListener('abort', halt);
  kill.removeEventListener('abort', end);
  return { exit, timedOut };
}

async function startSidecar(
  { state, container }: PlannedSidecar,
  run: Run,
  { clock, changed }: AttemptEnvironment,
) {
  const startedAt = timestamp(clock.now());
  const running = await run(container).started;
  delete state.waiting;
  state.running = { startedAt };
  changed();
  void running.exit.then(({ exitCode, oomKilled }) => {
    if (state.terminated) return;
    delete state.running;
    const reason = oomKilled ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error';
    state.terminated = { exitCode, reason, startedAt, finishedAt: timestamp(clock.now()) };
    changed();
  });
}

function stopped(state: SidecarState, clock: Clock): void {
  if (state.terminated) return;
  const startedAt = state.running?.startedAt;
  delete state.running;
  delete state.waiting;
  state.terminated = {
    exitCode: 0,
    reason: 'Completed',
    message: taskRunMessages.sidecarStopped,
    ...(startedAt !== undefined && { startedAt }),
    finishedAt: timestamp(clock.now()),
  };
}

function skip(state: StepState, exitCode: 0 | 1, clock: Clock): void {
  const now = timestamp(clock.now());
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  terminate(state, { exitCode, reason, startedAt: now, finishedAt: now }, 'Skipped');
}

function terminate(
  state: StepState,
  terminated: NonNullable<StepState['terminated']>,
  reason: keyof typeof terminationReasons,
): void {
  delete state.waiting;
  delete state.running;
  state.terminated = terminated;
  state.terminationReason = terminationReasons[reason];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
