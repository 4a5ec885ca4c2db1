import { KubeError, type Pod, type PodHost } from '@assay/kube';
import { type LogStore, readPodLog, type TaskRunController } from '@assay/pipelines';
import { labels } from '@assay/tekton';

/**
 * What the API's pods really are: the logs of TaskRuns' attempts, and the sandboxes of those that run in this process.
 * @param taskRuns undefined until the runner has started
 */
export function createPodHost(logs: LogStore, taskRuns: () => TaskRunController | undefined): PodHost {
  return {
    readLog({ metadata }: Pod, container, options) {
      const uid = metadata.labels?.[labels.taskRunUID] ?? '';
      const target = { namespace: metadata.namespace!, pod: metadata.name!, uid, container };
      return readPodLog(logs, target, options);
    },
    async exec({ metadata }: Pod, container, command) {
      const runner = taskRuns();
      if (!runner) throw new KubeError('Unavailable', 'the runner has not started yet');
      const key = { namespace: metadata.namespace!, name: metadata.labels![labels.taskRun]! };
      const { stdin, ...running } = await runner.exec(key, container, command);
      return { ...running, ...(stdin && { stdin }) };
    },
  };
}
