import type {
  PipelineRun,
  PipelineTask,
  TaskRun,
  TaskRunSpec,
  TaskSpec,
  WorkspaceBinding,
} from '@assay/tekton';
import { tektonApiVersion } from '@assay/tekton';
import type { Section } from './metadata.ts';
import { ownedBy, taskRunMarks } from './metadata.ts';
import { mergePodTemplates } from './pod-template.ts';

/** What the TaskRun of a PipelineTask is made from. */
export interface TaskRunParts {
  run: PipelineRun;
  /** The task with all variables of the pipeline filled in. */
  task: PipelineTask;
  section: Section;
  name: string;
  /** The embedded task with results filled in; ignored when the task is a reference. */
  taskSpec: TaskSpec;
  workspaces: WorkspaceBinding[];
  timeout: string | undefined;
}

/** The TaskRun object of a PipelineTask. */
export function taskRunFor(parts: TaskRunParts): TaskRun {
  const { run, task, section, name } = parts;
  const marks = taskRunMarks(run, task, section);
  return {
    apiVersion: tektonApiVersion,
    kind: 'TaskRun',
    metadata: {
      name,
      namespace: run.metadata.namespace!,
      labels: marks.labels,
      ...(Object.keys(marks.annotations).length > 0 && { annotations: marks.annotations }),
      ownerReferences: [ownedBy(run)],
    },
    spec: taskRunSpec(parts),
  };
}

function taskRunSpec({ run, task, taskSpec, workspaces, timeout }: TaskRunParts): TaskRunSpec {
  const template = run.spec.taskRunTemplate;
  const override = run.spec.taskRunSpecs?.findLast((spec) => spec.pipelineTaskName === task.name);
  const podTemplate = mergePodTemplates(override?.podTemplate, template?.podTemplate);
  const serviceAccountName = override?.serviceAccountName || template?.serviceAccountName;
  return {
    ...(task.params?.length && { params: task.params }),
    ...(serviceAccountName && { serviceAccountName }),
    ...(task.taskRef ? { taskRef: task.taskRef } : { taskSpec }),
    ...(task.retries && { retries: task.retries }),
    ...(timeout !== undefined && { timeout }),
    ...(podTemplate && { podTemplate }),
    ...(workspaces.length > 0 && { workspaces }),
    ...(override?.stepSpecs && { stepSpecs: override.stepSpecs }),
    ...(override?.sidecarSpecs && { sidecarSpecs: override.sidecarSpecs }),
    ...(override?.computeResources && { computeResources: override.computeResources }),
  };
}

/** The part of an embedded task that a TaskRun carries. */
export function embeddedTaskSpec(task: PipelineTask): TaskSpec {
  const {
    metadata: _metadata,
    apiVersion: _apiVersion,
    kind: _kind,
    spec: _spec,
    ...taskSpec
  } = task.taskSpec ?? {};
  return taskSpec;
}
