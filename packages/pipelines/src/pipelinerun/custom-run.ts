import type { CustomRun } from '@assay/tekton';
import { ownedBy, taskRunMarks } from './metadata.ts';
import type { TaskRunParts } from './task-run.ts';

/** The CustomRun of a PipelineTask that another controller runs; retries and the time-out are for that one to keep. */
export function customRunFor({ run, task, section, name, workspaces, timeout }: TaskRunParts): CustomRun {
  const override = run.spec.taskRunSpecs?.findLast((spec) => spec.pipelineTaskName === task.name);
  const serviceAccountName = override?.serviceAccountName || run.spec.taskRunTemplate?.serviceAccountName;
  const { labels, annotations } = taskRunMarks(run, task, section);
  const { taskRef, taskSpec } = task;
  return {
    apiVersion: 'tekton.dev/v1beta1',
    kind: 'CustomRun',
    metadata: {
      name,
      namespace: run.metadata.namespace!,
      labels,
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [ownedBy(run)],
    },
    spec: {
      ...(task.params?.length && { params: task.params }),
      ...(task.retries && { retries: task.retries }),
      ...(serviceAccountName && { serviceAccountName }),
      ...(timeout !== undefined && { timeout }),
      ...(workspaces.length > 0 && { workspaces }),
      ...(taskRef && { customRef: taskRef }),
      ...(taskSpec && {
        customSpec: {
          ...(taskSpec.apiVersion && { apiVersion: taskSpec.apiVersion }),
          ...(taskSpec.kind && { kind: taskSpec.kind }),
          ...(taskSpec.metadata && { metadata: taskSpec.metadata }),
          ...(taskSpec.spec && { spec: taskSpec.spec }),
        },
      }),
    },
  };
}
