import { isKubeError, type ResourceType } from '@assay/kube';
import {
  type PipelineRun,
  PipelineRuns,
  pipelineRunSpecStatus,
  type TaskRun,
  TaskRuns,
  taskRunSpecStatus,
} from '@assay/tekton';
import type { Session } from '../factory/session.ts';

type Run = TaskRun | PipelineRun;

/** What Ctrl-C has done so far. */
export interface Interrupt {
  readonly interrupted: boolean;
  /** Aborts at the second Ctrl-C: nothing is waited for any more. */
  readonly killed: AbortSignal;
  /** The run as it is now. */
  refresh(run: Run): Promise<Run>;
  dispose(): void;
}

/** The first SIGINT or SIGTERM cancels the runs as their users would, finally tasks included; the second gives up on them. */
export function cancelOnInterrupt(session: Session, runs: readonly Run[]): Interrupt {
  const killed = new AbortController();
  let interrupted = false;
  const onSignal = () => {
    if (interrupted) {
      process.stderr.write('killing\n');
      killed.abort();
      return;
    }
    interrupted = true;
    process.stderr.write('cancelling; once more to kill\n');
    for (const run of runs) void cancel(session, run);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    get interrupted() {
      return interrupted;
    },
    killed: killed.signal,
    refresh: (run) => session.client.get(resourceOf(run), run.metadata.namespace!, run.metadata.name!),
    dispose() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

function resourceOf(run: Run): ResourceType<Run> {
  return (run.kind === 'TaskRun' ? TaskRuns : PipelineRuns) as ResourceType<Run>;
}

async function cancel({ client }: Session, run: Run): Promise<void> {
  const status =
    run.kind === 'TaskRun' ? taskRunSpecStatus.cancelled : pipelineRunSpecStatus.cancelledRunFinally;
  try {
    await client.patch(resourceOf(run), run.metadata.namespace!, run.metadata.name!, { spec: { status } });
  } catch (error) {
    // It ended, or is gone: there is nothing left to cancel.
    if (!isKubeError(error)) throw error;
  }
}
