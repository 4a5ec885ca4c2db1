import type { ResourceType } from '@assay/kube';
import type { CustomRun } from './customrun.ts';
import type { Pipeline } from './pipeline.ts';
import type { PipelineRun } from './pipelinerun.ts';
import type { StepAction, Task } from './task.ts';
import type { TaskRun } from './taskrun.ts';
import type { VerificationPolicy } from './verification-policy.ts';

export const tektonGroup = 'tekton.dev';
export const tektonApiVersion = 'tekton.dev/v1';
export const stepActionApiVersion = 'tekton.dev/v1beta1';
export const customRunApiVersion = 'tekton.dev/v1beta1';
export const verificationPolicyApiVersion = 'tekton.dev/v1alpha1';

const v1 = { group: tektonGroup, version: 'v1', namespaced: true };

export const Tasks: ResourceType<Task> = { ...v1, kind: 'Task', plural: 'tasks', hasStatus: false };
export const Pipelines: ResourceType<Pipeline> = {
  ...v1,
  kind: 'Pipeline',
  plural: 'pipelines',
  hasStatus: false,
};
export const TaskRuns: ResourceType<TaskRun> = {
  ...v1,
  kind: 'TaskRun',
  plural: 'taskruns',
  hasStatus: true,
};
export const PipelineRuns: ResourceType<PipelineRun> = {
  ...v1,
  kind: 'PipelineRun',
  plural: 'pipelineruns',
  hasStatus: true,
};
export const StepActions: ResourceType<StepAction> = {
  ...v1,
  version: 'v1beta1',
  kind: 'StepAction',
  plural: 'stepactions',
  hasStatus: false,
};
export const CustomRuns: ResourceType<CustomRun> = {
  ...v1,
  version: 'v1beta1',
  kind: 'CustomRun',
  plural: 'customruns',
  hasStatus: true,
};
export const VerificationPolicies: ResourceType<VerificationPolicy> = {
  ...v1,
  version: 'v1alpha1',
  kind: 'VerificationPolicy',
  plural: 'verificationpolicies',
  hasStatus: false,
};
