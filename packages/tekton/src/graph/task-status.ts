import type { TaskState } from './run-state.ts';
import type { TaskGraph } from './task-graph.ts';

/**
 * What finally tasks may ask: `tasks.<t>.status` (`Succeeded`, `Failed`, `None`), `tasks.<t>.reason` and the aggregate
 * `tasks.status` (`Succeeded`, `Failed`, `Completed` when some were skipped, `None` while the DAG is not done).
 * A failure counts although it was to be ignored.
 */
export function taskStatuses(
  graph: TaskGraph,
  states: ReadonlyMap<string, TaskState>,
  skipped: ReadonlySet<string>,
  done: boolean,
): Map<string, string> {
  const statuses = new Map<string, string>();
  let failed = false;
  for (const name of graph.tasks.keys()) {
    const state = states.get(name);
    const own = statusOf(state);
    failed ||= own === 'Failed';
    statuses.set(`tasks.${name}.status`, own);
    statuses.set(`tasks.${name}.reason`, state?.reason ?? '');
  }
  const aggregate = failed ? 'Failed' : skipped.size > 0 ? 'Completed' : 'Succeeded';
  return statuses.set('tasks.status', done ? aggregate : 'None');
}

function statusOf(state: TaskState | undefined): string {
  if (state === undefined) return 'None';
  if (state.status === 'Succeeded') return 'Succeeded';
  if (state.status === 'Running') return state.anyFailed === true ? 'Failed' : 'None';
  return 'Failed';
}
