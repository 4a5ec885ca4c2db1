import { type Clock, timestamp } from '@assay/kube';
import type { Container, ContainerSpec, Pod } from '@assay/sandbox';
import { type SidecarState, stepFailedMessage, taskRunMessages } from '@assay/tekton';
import type { AttemptFailure } from './attempt.ts';
import { type PlannedProbes, runProbes } from './probes.ts';

/** A container that runs beside the steps. `state` is written to as it goes; it becomes part of the run's status. */
export interface PlannedSidecar {
  state: SidecarState;
  container: ContainerSpec;
  probes?: PlannedProbes;
}

/**
 * Starts a sidecar.
 * @param start runs the container
 * @returns resolves when it is ready, or has ended: Tekton counts one that has ended as ready
 */
export async function startSidecar(
  { state, container, probes }: PlannedSidecar,
  pod: Pod,
  start: (container: ContainerSpec) => Promise<Container>,
  { clock, changed }: { clock: Clock; changed(): void },
): Promise<{ ready: Promise<void> }> {
  const startedAt = timestamp(clock.now());
  const running = await start(container);
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
  return { ready: probes ? runProbes(probes, running, pod, clock) : Promise.resolve() };
}

/** The state of a sidecar that is stopped because the steps are done; one that has ended by itself keeps its own. */
export function markStopped(state: SidecarState, clock: Clock): void {
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

/**
 * What a failed attempt has failed of: a sidecar that ran out of memory, or ended badly of its own, is the likelier cause than
 * the step that failed, unless that one ran out of memory.
 */
export function likelierFailure(failure: AttemptFailure, sidecars: readonly SidecarState[]): AttemptFailure {
  if (failure?.reason !== 'StepFailed' && failure?.reason !== 'StepOOM') return failure;
  const oom = sidecars.find(({ terminated }) => terminated?.reason === 'OOMKilled');
  const failed = oom ?? sidecars.find(({ terminated }) => terminated && terminated.exitCode !== 0);
  if (!failed?.terminated || (!oom && failure.reason === 'StepOOM')) return failure;
  const { exitCode, reason } = failed.terminated;
  return {
    reason: oom ? 'SidecarOOM' : 'SidecarFailed',
    message: stepFailedMessage(failed.container ?? '', exitCode, reason),
  };
}
