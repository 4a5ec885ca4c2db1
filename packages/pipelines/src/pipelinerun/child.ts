import type { Client, KubeObject, ResourceType } from '@assay/kube';
import type { CustomRun, PipelineRun, PipelineTask, TaskRun, TaskState } from '@assay/tekton';
import {
  CustomRuns,
  childPipelineState,
  customRunCancelled,
  customRunMessages,
  customRunState,
  isCustom,
  PipelineRuns,
  pipelineRunSpecStatus,
  TaskRuns,
  taskRunMessages,
  taskRunSpecStatus,
  taskStateOf,
} from '@assay/tekton';

/** What a PipelineRun creates for a task. */
export type Child = TaskRun | CustomRun | PipelineRun;
export type ChildKind = 'TaskRun' | 'CustomRun' | 'PipelineRun';

/** What a task becomes: a custom task a CustomRun, a pipeline in the pipeline a PipelineRun, any other a TaskRun. */
export function childKindOf(task: PipelineTask): ChildKind {
  if (task.pipelineRef || task.pipelineSpec) return 'PipelineRun';
  return isCustom(task) ? 'CustomRun' : 'TaskRun';
}

const resources = { TaskRun: TaskRuns, CustomRun: CustomRuns, PipelineRun: PipelineRuns } as const;

export function childResource(kind: string): ResourceType<Child> {
  return resources[kind as ChildKind] as ResourceType<Child>;
}

/** The kinds in whose lists children are found. */
export const childKinds = Object.keys(resources) as ChildKind[];

export function childStateOf(child: Child): TaskState {
  if (child.kind === 'CustomRun') return customRunState(child as CustomRun);
  if (child.kind === 'PipelineRun') return childPipelineState(child as PipelineRun);
  return taskStateOf(child as TaskRun);
}

/** True when `child` is owned by `run`, by UID: a name alone may have belonged to an earlier run. */
export function isOwnedBy(child: KubeObject, run: PipelineRun): boolean {
  return child.metadata.ownerReferences?.some((owner) => owner.uid === run.metadata.uid) ?? false;
}

/** Why a child is to stop. */
export type StopCause = 'cancelled' | 'timedOut';

const stopWords = {
  TaskRun: {
    status: taskRunSpecStatus.cancelled as string,
    cancelled: taskRunMessages.cancelledByPipelineRun,
    timedOut: taskRunMessages.cancelledByTimeout,
  },
  CustomRun: {
    status: customRunCancelled.status as string,
    cancelled: customRunMessages.cancelledByPipelineRun,
    timedOut: customRunMessages.cancelledByTimeout,
  },
  PipelineRun: {
    status: pipelineRunSpecStatus.cancelled as string,
    cancelled: undefined,
    timedOut: undefined,
  },
} as const;

/** Whether a child was asked to stop already. */
export function isStopped(child: Child): boolean {
  return child.spec.status === stopWords[child.kind as ChildKind].status;
}

/** Asks a child to stop, saying why. */
export async function stopChild(client: Client, child: Child, cause: StopCause): Promise<void> {
  const words = stopWords[child.kind as ChildKind];
  const statusMessage = words[cause];
  const spec = { status: words.status, ...(statusMessage !== undefined && { statusMessage }) };
  const { namespace, name } = child.metadata;
  await client.patch(childResource(child.kind), namespace!, name!, { spec } as Partial<Child>);
}
