import type { KubeObject } from '@assay/kube';
import { toV1 } from '../conversion/to-v1.ts';
import { formatDuration } from '../duration.ts';
import { defaultManagedByLabel, labels } from '../names/labels.ts';
import type { CustomRun } from '../types/customrun.ts';
import type { Pipeline } from '../types/pipeline.ts';
import type { PipelineRun } from '../types/pipelinerun.ts';
import { tektonGroup } from '../types/resources.ts';
import type { StepAction, Task } from '../types/task.ts';
import type { TaskRun } from '../types/taskrun.ts';
import type { DefaultsConfig } from './config.ts';
import { defaultServiceAccount, defaultTimeoutMinutes } from './config.ts';
import {
  defaultParams,
  defaultPipelineSpec,
  defaultReference,
  defaultStepActionSpec,
  defaultTaskSpec,
} from './specs.ts';

const timeout = (config: DefaultsConfig): string =>
  formatDuration((config.timeoutMinutes ?? defaultTimeoutMinutes) * 60_000);

export function setTaskDefaults(task: Task, config: DefaultsConfig = {}): Task {
  return { ...task, spec: defaultTaskSpec(task.spec ?? {}, config) };
}

export function setPipelineDefaults(pipeline: Pipeline, config: DefaultsConfig = {}): Pipeline {
  return { ...pipeline, spec: defaultPipelineSpec(pipeline.spec ?? {}, config) };
}

export function setStepActionDefaults(action: StepAction): StepAction {
  return { ...action, spec: defaultStepActionSpec(action.spec ?? {}) };
}

export function setTaskRunDefaults(run: TaskRun, config: DefaultsConfig = {}): TaskRun {
  const spec = { ...run.spec };
  if (spec.params) spec.params = defaultParams(spec.params);
  if (spec.taskRef) {
    spec.taskRef = defaultReference(spec.taskRef, config, 'Task');
    if (spec.taskRef.params) spec.taskRef.params = defaultParams(spec.taskRef.params);
  }
  if (spec.taskSpec) spec.taskSpec = defaultTaskSpec(spec.taskSpec, config);
  spec.timeout ??= timeout(config);
  spec.serviceAccountName ||= config.serviceAccount ?? defaultServiceAccount;
  const managedBy = config.managedByLabel ?? defaultManagedByLabel;
  const metadata = { ...run.metadata, labels: { [labels.managedBy]: managedBy, ...run.metadata?.labels } };
  return { ...run, metadata, spec };
}

export function setPipelineRunDefaults(run: PipelineRun, config: DefaultsConfig = {}): PipelineRun {
  const spec = { ...run.spec };
  if (spec.params) spec.params = defaultParams(spec.params);
  if (spec.pipelineRef) {
    spec.pipelineRef = defaultReference(spec.pipelineRef, config);
    if (spec.pipelineRef.params) spec.pipelineRef.params = defaultParams(spec.pipelineRef.params);
  }
  if (spec.pipelineSpec) spec.pipelineSpec = defaultPipelineSpec(spec.pipelineSpec, config);
  spec.timeouts = { ...spec.timeouts, pipeline: spec.timeouts?.pipeline ?? timeout(config) };
  const account =
    spec.taskRunTemplate?.serviceAccountName || (config.serviceAccount ?? defaultServiceAccount);
  spec.taskRunTemplate = { ...spec.taskRunTemplate, serviceAccountName: account };
  return { ...run, spec };
}

export function setCustomRunDefaults(run: CustomRun, config: DefaultsConfig = {}): CustomRun {
  const spec = { ...run.spec };
  if (spec.params) spec.params = defaultParams(spec.params);
  spec.serviceAccountName ||= config.serviceAccount ?? defaultServiceAccount;
  return { ...run, spec };
}

/**
 * A copy of any object with Tekton's defaults set, in the version that is stored; kinds that are not Tekton's come back
 * as they are. Setting defaults twice is the same as once.
 */
export function setDefaults<T extends KubeObject>(given: T, config: DefaultsConfig = {}): T {
  if (!given.apiVersion.startsWith(`${tektonGroup}/`)) return given;
  const object = toV1(given);
  const set = (defaulted: KubeObject): T => defaulted as T;
  switch (object.kind) {
    case 'Task':
      return set(setTaskDefaults(object as unknown as Task, config));
    case 'Pipeline':
      return set(setPipelineDefaults(object as unknown as Pipeline, config));
    case 'TaskRun':
      return set(setTaskRunDefaults(object as unknown as TaskRun, config));
    case 'PipelineRun':
      return set(setPipelineRunDefaults(object as unknown as PipelineRun, config));
    case 'StepAction':
      return set(setStepActionDefaults(object as unknown as StepAction));
    case 'CustomRun':
      return set(setCustomRunDefaults(object as unknown as CustomRun, config));
    default:
      return object;
  }
}
