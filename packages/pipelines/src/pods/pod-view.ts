import {
  type Client,
  type Clock,
  isKubeError,
  type KubeObject,
  Pods,
  type ResourceType,
  timestamp,
} from '@assay/kube';
import { labels, type TaskRun, TaskRuns } from '@assay/tekton';
import { withDeletedPod } from './deleted-pods.ts';
import { podsOfTaskRun, taskRunsOfPod } from './pods-of-task-run.ts';

/**
 * Pods as a view of TaskRuns. Deleting one that runs stops its attempt, which has failed then and is retried if the TaskRun
 * says so; one that has ended is shown no more.
 * @param client with the runner's rights; asked for when something is deleted
 */
export function podView(client: () => Client, clock: Clock): ResourceType {
  return {
    ...(Pods as ResourceType),
    hasStatus: false,
    view: {
      source: TaskRuns as ResourceType,
      project: (taskRun) => podsOfTaskRun(taskRun as TaskRun),
      sourcesOf: taskRunsOfPod,
      remove: (pod) => markDeleted(client(), pod, clock),
    },
  };
}

async function markDeleted(client: Client, { metadata }: KubeObject, clock: Clock): Promise<void> {
  const namespace = metadata.namespace!;
  const name = metadata.labels![labels.taskRun]!;
  for (;;) {
    const taskRun = await client.get(TaskRuns, namespace, name);
    const annotations = withDeletedPod(taskRun, metadata.name!, timestamp(clock.now()));
    const resourceVersion = taskRun.metadata.resourceVersion!;
    try {
      await client.patch(TaskRuns, namespace, name, { metadata: { annotations, resourceVersion } });
      return;
    } catch (error) {
      if (!isKubeError(error, 'Conflict')) throw error;
    }
  }
}
