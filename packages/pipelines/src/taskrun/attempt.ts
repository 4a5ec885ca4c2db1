import type { Clock } from '@assay/kube';
import type { Container, ContainerSpec, HostIds, Pod, Sandbox } from '@assay/sandbox';
import { type Step, type StepState, stepFailedMessage, TektonError } from '@assay/tekton';
import type { LogWriter } from '../logs/log-store.ts';
import type { StepBreakpoints } from './breakpoints.ts';
import { markFailed, markSkipped, runStep } from './run-step.ts';
import { likelierFailure, markStopped, type PlannedSidecar, startSidecar } from './sidecars.ts';
import { stepIsWanted, withStepResults } from './step-results.ts';
import type { StreamPaths } from './stream-files.ts';

export type { PlannedSidecar } from './sidecars.ts';

/** A step that is ready to run. `state` is written to as it goes; it becomes part of the run's status. */
export interface PlannedStep {
  state: StepState;
  container: ContainerSpec;
  onError: 'continue' | 'stopAndFail';
  /** Milliseconds; none when absent. */
  timeoutMs?: number;
  /** Decides, when its turn has come, whether it runs at all. */
  when?: Step['when'];
  /** Files of the container that its streams are copied to. */
  streams?: StreamPaths;
  breakpoints?: StepBreakpoints;
  /** Called before it starts with the states of the steps before it. */
  prepare?(earlier: readonly StepState[]): void;
}

/** One attempt at a TaskRun: a pod whose sidecars run beside its steps, which run one after the other. */
export interface AttemptPlan {
  podId: string;
  hostname: string;
  /** False when nothing in the pod may reach the network. */
  network: boolean;
  steps: PlannedStep[];
  sidecars: PlannedSidecar[];
  /** Whether the first step waits until the sidecars are ready. @default true */
  awaitSidecars?: boolean;
  /** Further names in `/etc/hosts`, and what `/etc/resolv.conf` says. */
  hosts?: { hostAliases?: NonNullable<PodHosts['hostAliases']>; dns?: NonNullable<PodHosts['dns']> };
}

type PodHosts = Parameters<Sandbox['createPod']>[0];

/** What surrounds an attempt. */
export interface AttemptEnvironment {
  sandbox: Sandbox;
  clock: Clock;
  openLog(container: string): LogWriter;
  /** The host's ids of containers' root. */
  containerRoot: HostIds;
  /** Told of each container that runs. */
  started(name: string, container: Container): void;
  /** Told which step stands still at a breakpoint, and at which; undefined when it goes on. */
  paused(index: number, at: 'beforeStep' | 'onFailure' | undefined): void;
  /** Called when the state of a container changed. */
  changed(): void;
  /**
   * Called after each step that ran or was skipped by its `when`, failed and stopped ones included, before the next one starts.
   * @returns why the step has failed after all, in words for its log
   */
  stepEnded(index: number): string | undefined;
  /** Aborts when the TaskRun is cancelled or out of time; what runs is then stopped and nothing more started. */
  stop: AbortSignal;
  /** Aborts when the runner itself ends: what runs, stopping or not, is killed. */
  kill: AbortSignal;
  /** Between TERM and KILL, in milliseconds. */
  graceMs: number;
}

/** The first thing that went wrong, as a condition tells it; undefined when all steps did well. */
export type AttemptFailure =
  | {
      reason: 'StepFailed' | 'StepOOM' | 'SidecarFailed' | 'SidecarOOM' | 'PodCreationFailed';
      message: string;
    }
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
      ...plan.hosts,
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
    const failed = await runContainers(plan, pod, environment, logs);
    failure = likelierFailure(
      failed,
      plan.sidecars.map(({ state }) => state),
    );
    for (const { state } of plan.sidecars) markStopped(state, environment.clock);
  } catch (error) {
    failure ??= { reason: 'PodCreationFailed', message: messageOf(error) };
  }
  const removed = pod.remove().finally(() => {
    for (const log of logs) log.close();
  });
  return { failure, removed };
}

async function runContainers(
  plan: AttemptPlan,
  pod: Pod,
  environment: AttemptEnvironment,
  logs: LogWriter[],
): Promise<AttemptFailure> {
  const { clock, stop } = environment;
  const openLog = (name: string) => {
    const log = environment.openLog(name);
    logs.push(log);
    return log;
  };
  const start = async (container: ContainerSpec) => {
    const running = await pod.run(container);
    environment.started(container.name, running);
    return running;
  };
  const sidecars = await Promise.all(
    plan.sidecars.map((sidecar) => {
      const log = openLog(sidecar.container.name);
      const container = { ...sidecar.container, onOutput: (chunk: Uint8Array) => log.write(chunk) };
      return startSidecar({ ...sidecar, container }, pod, start, environment);
    }),
  );
  const ready = Promise.all(sidecars.map((sidecar) => sidecar.ready));
  if (plan.awaitSidecars !== false) await Promise.race([ready, aborted(stop)]);
  let failure: AttemptFailure;
  for (const [index, step] of plan.steps.entries()) {
    if (stop.aborted) break;
    if (failure) {
      markSkipped(step.state, 1, clock);
      continue;
    }
    const earlier = plan.steps.slice(0, index).map(({ state }) => state);
    const log = openLog(step.container.name);
    const wanted = wants(step, earlier);
    if (wanted === true) {
      const container = withStepResults(step.container, earlier);
      step.prepare?.(earlier);
      failure = await runStep({ ...step, container }, log, start, {
        ...environment,
        paused: (at) => environment.paused(index, at),
      });
    } else if (wanted === false) {
      markSkipped(step.state, 0, clock);
    } else {
      log.write(Buffer.from(`${wanted.message}\n`));
      markFailed(step.state, clock);
      failure = { reason: 'StepFailed', message: stepFailedMessage(step.container.name, 1, 'Error') };
    }
    // Also of a step that was stopped: what it has written by then is kept.
    const refused = environment.stepEnded(index);
    if (refused !== undefined && !stop.aborted) {
      log.write(Buffer.from(`${refused}\n`));
      markFailed(step.state, clock);
      failure ??= { reason: 'StepFailed', message: stepFailedMessage(step.container.name, 1, 'Error') };
    }
    log.close();
  }
  return failure;
}

/** Whether a step is to run, or why that cannot be said: an expression may be of a result. */
function wants(step: PlannedStep, earlier: readonly StepState[]): boolean | TektonError {
  try {
    return stepIsWanted(step, earlier);
  } catch (error) {
    if (error instanceof TektonError) return error;
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
