import { type Client, KubeError } from '@assay/kube';
import { labels, type RefSource, setTaskDefaults, type TaskRun, type TaskSpec, Tasks } from '@assay/tekton';
import { CannotStart } from './cannot-start.ts';

/** A TaskRun's Task, wherever it came from. */
export interface ResolvedTask {
  /** The Task's name; an embedded one has none. */
  name?: string;
  spec: TaskSpec;
  /** What the run takes over from the Task's metadata; the run's own values have been laid over. */
  metadata?: { labels: Record<string, string>; annotations: Record<string, string> };
  refSource?: RefSource;
}

/**
 * The Task that a TaskRun embeds or names.
 * @throws CannotStart when it does not exist, or has to be fetched by a resolver that this runner does not have
 */
export async function resolveTask(taskRun: TaskRun, client: Client): Promise<ResolvedTask> {
  const { taskSpec, taskRef } = taskRun.spec;
  if (taskSpec) return { spec: taskSpec };
  if (taskRef?.resolver) {
    throw new CannotStart(
      'TaskRunResolutionFailed',
      `failed to get task: the resolver ${JSON.stringify(taskRef.resolver)} is not available here; name a Task of the namespace`,
    );
  }
  const name = taskRef?.name ?? '';
  try {
    const task = setTaskDefaults(await client.get(Tasks, taskRun.metadata.namespace!, name));
    return {
      name,
      spec: task.spec,
      metadata: {
        labels: { ...task.metadata.labels, ...taskRun.metadata.labels, [labels.task]: name },
        annotations: { ...withoutLastApplied(task.metadata.annotations), ...taskRun.metadata.annotations },
      },
    };
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 'NotFound') throw error;
    throw new CannotStart('TaskRunResolutionFailed', `failed to get task: ${error.message}`, {
      cause: error,
    });
  }
}

function withoutLastApplied(annotations: Record<string, string> = {}): Record<string, string> {
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...rest } = annotations;
  return rest;
}
