import { type Controller, KubeError, type ObjectKey, timestamp } from '@assay/kube';
import type { ExecSpec, ExecutedProcess } from '@assay/sandbox';
import {
  isDone,
  type TaskRun,
  TaskRuns,
  taskRunPendingMessage,
  taskRunSpecStatus,
  upstreamManager,
  withSucceeded,
} from '@assay/tekton';
import { deletedPods } from '../pods/deleted-pods.ts';
import type { Decision } from './breakpoints.ts';
import { TaskRunExecution } from './execution.ts';
import type { ExecutionServices } from './execution-services.ts';

export interface TaskRunController extends Controller<TaskRun> {
  /**
   * Starts a process in a container (`step-build`, `sidecar-db`) of a TaskRun that runs here.
   * @throws KubeError `NotFound` when it does not; SandboxError as `Container.exec`
   */
  exec(key: ObjectKey, container: string, spec: ExecSpec): Promise<ExecutedProcess>;
  /** Which step of a TaskRun stands still at a breakpoint. */
  paused(key: ObjectKey): { container: string; at: 'beforeStep' | 'onFailure' } | undefined;
  /** Has a step that stands still at a breakpoint go on, or fail. */
  release(key: ObjectKey, decision: Decision): void;
  /** Stops every running TaskRun without writing their ends: another runner finds them as they are. */
  close(): Promise<void>;
}

export interface TaskRunControllerOptions extends ExecutionServices {
  /** Called with what an execution could not handle itself (the store refused its final status, say). */
  onError(error: unknown, key: ObjectKey): void;
}

/**
 * Runs TaskRuns on this machine. All that must outlive the process is in the object's status: a TaskRun that has
 * started but has no execution here lost its pod with an earlier process, and is retried or failed for that reason.
 */
export function createTaskRunController(options: TaskRunControllerOptions): TaskRunController {
  const executions = new Map<string, TaskRunExecution>();
  const uids = new Map<string, string>();
  const keyOf = ({ namespace, name }: ObjectKey) => `${namespace}/${name}`;

  function start(key: ObjectKey, taskRun: TaskRun): TaskRunExecution {
    const uid = taskRun.metadata.uid!;
    const execution = new TaskRunExecution(taskRun, options, (error) => options.onError(error, key));
    executions.set(uid, execution);
    uids.set(keyOf(key), uid);
    execution.finished
      .catch((error) => options.onError(error, key))
      .finally(() => {
        executions.delete(uid);
        if (uids.get(keyOf(key)) === uid) uids.delete(keyOf(key));
      });
    return execution;
  }

  const running = (key: ObjectKey) => executions.get(uids.get(keyOf(key)) ?? '');

  return {
    name: 'taskrun',
    resource: TaskRuns,
    concurrency: 64,
    async reconcile(key, taskRun) {
      const known = uids.get(keyOf(key));
      if (known && known !== taskRun?.metadata.uid) executions.get(known)?.abandon();
      if (!taskRun) return undefined;
      if ((taskRun.spec.managedBy ?? upstreamManager) !== upstreamManager) return undefined;
      const execution = executions.get(taskRun.metadata.uid!);
      if (taskRun.metadata.deletionTimestamp) {
        execution?.abandon();
        return undefined;
      }
      if (isDone(taskRun)) return undefined;
      if (taskRun.spec.status === taskRunSpecStatus.cancelled) {
        (execution ?? start(key, taskRun)).cancel(taskRun.spec.statusMessage ?? '');
        return undefined;
      }
      if (taskRun.spec.status === taskRunSpecStatus.pending) {
        await markPending(taskRun);
        return undefined;
      }
      if (!execution) start(key, taskRun);
      else execution.deletePods(new Set(deletedPods(taskRun).keys()));
      return undefined;
    },
    async exec(key, container, spec) {
      const execution = running(key);
      if (execution) return execution.exec(container, spec);
      throw new KubeError('NotFound', `TaskRun "${key.name}" does not run in namespace ${key.namespace}`);
    },
    paused: (key) => running(key)?.paused,
    release: (key, decision) => running(key)?.release(decision),
    async close() {
      const open = [...executions.values()];
      for (const execution of open) execution.abandon();
      await Promise.allSettled(open.map((execution) => execution.finished));
    },
  };

  async function markPending(taskRun: TaskRun): Promise<void> {
    const message = taskRunPendingMessage(taskRun.metadata.name!);
    const conditions = withSucceeded(
      taskRun.status?.conditions,
      { status: 'Unknown', reason: 'TaskRunPending', message },
      timestamp(options.clock.now()),
    );
    await options.client.updateStatus(TaskRuns, { ...taskRun, status: { ...taskRun.status, conditions } });
  }
}
