import { type Clock, timestamp } from '@assay/kube';
import {
  type Container,
  type ContainerExit,
  type ContainerSpec,
  type HostIds,
  imageUser,
  SandboxError,
} from '@assay/sandbox';
import { type StepState, stepFailedMessage, stepTimeoutMessage, terminationReasons } from '@assay/tekton';
import { copyWarnings } from '../credentials/creds-init.ts';
import type { LogWriter } from '../logs/log-store.ts';
import type { AttemptFailure, PlannedStep } from './attempt.ts';
import { awaitDecision, breakpointNotices, type Decision, pausePath } from './breakpoints.ts';
import { openStreamFiles, type StreamFiles } from './stream-files.ts';

/** What surrounds a step that runs. */
export interface StepEnvironment {
  clock: Clock;
  /** Called when the step's state changed. */
  changed(): void;
  /** Told what the step waits for while it stands still at a breakpoint, and with undefined when it goes on. */
  paused(at: 'beforeStep' | 'onFailure' | undefined): void;
  stop: AbortSignal;
  kill: AbortSignal;
  graceMs: number;
  containerRoot: HostIds;
}

export type StartContainer = (container: ContainerSpec) => Promise<Container>;

/** Runs one step to its end; its state says what became of it. */
export async function runStep(
  step: PlannedStep,
  log: LogWriter,
  start: StartContainer,
  environment: StepEnvironment,
): Promise<AttemptFailure> {
  const { state, container } = step;
  const { clock, stop } = environment;
  const startedAt = timestamp(clock.now());
  const failed = (words: string): AttemptFailure => {
    log.write(Buffer.from(`${words}\n`));
    const finishedAt = timestamp(clock.now());
    terminate(state, { exitCode: 1, reason: 'Error', startedAt, finishedAt }, 'Error');
    return { reason: 'StepFailed', message: stepFailedMessage(container.name, 1, 'Error') };
  };
  const { homeFiles } = container;
  const withNotice: ContainerSpec = homeFiles
    ? {
        ...container,
        onHomeRefused: (why) => log.write(Buffer.from(copyWarnings(homeFiles, homeOf(container), why))),
      }
    : container;
  let files: StreamFiles | undefined;
  try {
    files = step.streams && openStreamFiles(step.streams, container, environment.containerRoot);
  } catch (error) {
    return failed(messageOf(error));
  }
  const writers = outputWriters(log, files);
  let ended: StepEnd;
  try {
    const begun = () => {
      delete state.waiting;
      state.running = { startedAt };
      environment.changed();
    };
    ended = step.breakpoints
      ? await runWithBreakpoints({ ...step, container: withNotice }, log, writers, start, begun, environment)
      : await runPlainly(step, await start({ ...withNotice, ...writers }), begun, environment);
  } catch (error) {
    if (!(error instanceof SandboxError) || error.code !== 'StartFailed') throw error;
    return failed(messageOf(error));
  } finally {
    files?.close();
  }

  const { exit, timedOut, decision } = ended;
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
  if (step.onError === 'continue' && decision === undefined) {
    // The container of a cluster ends well then, and its own code is put in afterwards.
    terminate(state, { exitCode: exit.exitCode, reason: 'Completed', ...times }, 'Continued');
    return undefined;
  }
  terminate(state, { exitCode: exit.exitCode, reason: 'Error', ...times }, 'Error');
  return { reason: 'StepFailed', message: stepFailedMessage(container.name, exit.exitCode, 'Error') };
}

interface StepEnd {
  exit: ContainerExit;
  timedOut: boolean;
  /** When the step stood still at a breakpoint after it failed. */
  decision?: Decision;
}

interface Writers {
  onOutput(chunk: Uint8Array): void;
  onError?(chunk: Uint8Array): void;
}

/** The streams are kept apart only where one of them goes into a file: together they keep their order. */
function outputWriters(log: LogWriter, files: StreamFiles | undefined): Writers {
  if (!files) return { onOutput: (chunk) => log.write(chunk) };
  return {
    onOutput: (chunk) => {
      log.write(chunk);
      files.stdout?.(chunk);
    },
    onError: (chunk) => {
      log.write(chunk, 'stderr');
      files.stderr?.(chunk);
    },
  };
}

async function runPlainly(
  { timeoutMs }: PlannedStep,
  running: Container,
  begun: () => void,
  environment: StepEnvironment,
): Promise<StepEnd> {
  begun();
  return awaitExit(running.exit, (graceMs) => void running.stop(graceMs), timeoutMs, environment);
}

/**
 * The container's first process only keeps it alive; the step is a process beside it, so that what it leaves can be looked
 * at as it is.
 */
async function runWithBreakpoints(
  { container, timeoutMs, breakpoints }: PlannedStep,
  log: LogWriter,
  writers: Writers,
  start: StartContainer,
  begun: () => void,
  environment: StepEnvironment,
): Promise<StepEnd> {
  const { stop, clock } = environment;
  const startedAt = new Date(clock.now());
  const idle = await start({ ...container, args: [pausePath] });
  begun();
  const end = async (exitCode: number, timedOut = false, decision?: Decision): Promise<StepEnd> => {
    const { oomKilled, ...exit } = await idle.stop(0);
    const finished = { ...exit, exitCode, startedAt, finishedAt: new Date(clock.now()) };
    return { exit: { ...finished, oomKilled }, timedOut, ...(decision && { decision }) };
  };
  const pause = async (at: 'beforeStep' | 'onFailure') => {
    log.write(Buffer.from(breakpointNotices[at]));
    environment.paused(at);
    const decision = await awaitDecision(breakpoints!, at, stop);
    environment.paused(undefined);
    return decision;
  };
  if (breakpoints!.beforeStep) {
    const decision = await pause('beforeStep');
    if (decision !== 'continue') return end(1, false, decision ?? 'fail');
  }
  let code: number;
  try {
    const running = await idle.exec({ args: container.args, ...writers });
    const exit = running.exit.then((exitCode) => ({ exitCode, finishedAt: new Date(clock.now()) }));
    const awaited = await awaitExit(exit, () => running.kill(), timeoutMs, environment);
    if (awaited.timedOut || stop.aborted) return end(1, awaited.timedOut);
    code = awaited.exit.exitCode;
  } catch (error) {
    if (!(error instanceof SandboxError) || error.code !== 'StartFailed') throw error;
    log.write(Buffer.from(`${error.message}\n`));
    code = 1;
    if (!breakpoints!.onFailure) return end(code, false, 'fail');
  }
  if (code === 0 || !breakpoints!.onFailure) return end(code);
  const decision = await pause('onFailure');
  return end(decision === 'continue' ? 0 : code, false, decision ?? 'fail');
}

/** Waits for the end, which the step's own timeout or the run's stop may bring about. */
async function awaitExit<Exit extends { exitCode: number }>(
  exit: Promise<Exit>,
  end: (graceMs: number) => void,
  timeoutMs: number | undefined,
  { clock, stop, kill, graceMs }: StepEnvironment,
): Promise<{ exit: Exit; timedOut: boolean }> {
  let timedOut = false;
  const halt = () => end(graceMs);
  const cancelTimer =
    timeoutMs === undefined
      ? undefined
      : clock.setTimer(() => {
          timedOut = true;
          // As Tekton's entrypoint: a step out of its own time is killed, only a run out of time is asked first.
          end(0);
        }, timeoutMs);
  const killNow = () => end(0);
  stop.addEventListener('abort', halt, { once: true });
  kill.addEventListener('abort', killNow, { once: true });
  if (kill.aborted) killNow();
  else if (stop.aborted) halt();
  const ended = await exit;
  cancelTimer?.();
  stop.removeEventListener('abort', halt);
  kill.removeEventListener('abort', killNow);
  return { exit: ended, timedOut };
}

/** Marks a step that does not run: 0 when its `when` says so, 1 after a failure. */
export function markSkipped(state: StepState, exitCode: 0 | 1, clock: Clock): void {
  const now = timestamp(clock.now());
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  terminate(state, { exitCode, reason, startedAt: now, finishedAt: now }, 'Skipped');
}

/** Marks a step as failed that could not begin, or that failed by what it has left. */
export function markFailed(state: StepState, clock: Clock): void {
  const now = timestamp(clock.now());
  const { startedAt = now } = state.terminated ?? {};
  terminate(state, { exitCode: 1, reason: 'Error', startedAt, finishedAt: now }, 'Error');
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

function homeOf({ env, image, user }: ContainerSpec): string {
  return env.HOME ?? imageUser(image, user).home;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
