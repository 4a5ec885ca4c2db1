import type { KubeObject } from '@assay/kube';
import type { Step } from '../types/containers.ts';
import type { PipelineSpec } from '../types/pipeline.ts';
import type { PipelineRun } from '../types/pipelinerun.ts';
import { tektonGroup } from '../types/resources.ts';
import type { Task, TaskSpec } from '../types/task.ts';
import type { TaskRun } from '../types/taskrun.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors } from './field-error.ts';
import { isCustom } from './pipeline-task.ts';

const words = 'is not supported here';

function inTaskSpec(spec: TaskSpec, findings: Findings): void {
  for (const [index, step] of (spec.steps ?? []).entries()) {
    const at = findings.at('steps', index);
    for (const [place, { cel }] of (step.when ?? []).entries()) {
      if (cel) at.at('when', place).add(`CEL in a when expression ${words}`, ['cel']);
    }
    for (const stream of ['stdoutConfig', 'stderrConfig'] as const) {
      if (step[stream]) at.add(`a copy of a step's output in a file ${words}`, [stream]);
    }
    if ((step.script ?? '').trim().startsWith('#!win')) at.add(`a Windows script ${words}`, ['script']);
    inVolumeMounts(step, at);
  }
  for (const [index, sidecar] of (spec.sidecars ?? []).entries()) {
    inVolumeMounts(sidecar, findings.at('sidecars', index));
    for (const probe of ['readinessProbe', 'startupProbe'] as const) {
      if (sidecar[probe])
        findings.at('sidecars', index).add(`waiting for a probe of a sidecar ${words}`, [probe]);
    }
  }
}

function inVolumeMounts({ volumeMounts = [] }: Pick<Step, 'volumeMounts'>, findings: Findings): void {
  for (const [index, { subPathExpr }] of volumeMounts.entries()) {
    if (subPathExpr)
      findings.at('volumeMounts', index).add(`a path with variables ${words}`, ['subPathExpr']);
  }
}

function inPipelineSpec(spec: PipelineSpec, findings: Findings): void {
  for (const section of ['tasks', 'finally'] as const) {
    for (const [index, task] of (spec[section] ?? []).entries()) {
      const at = findings.at(section, index);
      if (task.pipelineRef) at.add(`a Pipeline in a Pipeline ${words}`, ['pipelineRef']);
      if (task.pipelineSpec) at.add(`a Pipeline in a Pipeline ${words}`, ['pipelineSpec']);
      if (isCustom(task)) at.add(`a custom task ${words}`, [task.taskRef ? 'taskRef' : 'taskSpec']);
      for (const [place, { cel }] of (task.when ?? []).entries()) {
        if (cel) at.at('when', place).add(`CEL in a when expression ${words}`, ['cel']);
      }
      if (task.taskSpec) inTaskSpec(task.taskSpec, at.at('taskSpec'));
    }
  }
}

/**
 * Names what an object asks for that Tekton can do and Assay cannot yet: a run is refused with these, never run
 * differently from what was asked. References through resolvers are refused where they are resolved.
 */
export function unsupportedFeatures(object: KubeObject): FieldError[] {
  const findings = new Findings();
  const at = findings.at('spec');
  if (!object.apiVersion.startsWith(`${tektonGroup}/`)) return [];
  switch (object.kind) {
    case 'Task':
      inTaskSpec((object as Task).spec ?? {}, at);
      break;
    case 'Pipeline':
      inPipelineSpec((object as KubeObject & { spec?: PipelineSpec }).spec ?? {}, at);
      break;
    case 'TaskRun': {
      const spec = (object as TaskRun).spec ?? {};
      if (spec.taskSpec) inTaskSpec(spec.taskSpec, at.at('taskSpec'));
      if (spec.debug) at.add(`debugging with breakpoints ${words}`, ['debug']);
      if (spec.taskRef?.bundle) at.at('taskRef').add(`a reference into a bundle ${words}`, ['bundle']);
      if (spec.computeResources) at.add(`a limit for a whole Task ${words}`, ['computeResources']);
      break;
    }
    case 'PipelineRun': {
      const spec = (object as PipelineRun).spec ?? {};
      if (spec.pipelineSpec) inPipelineSpec(spec.pipelineSpec, at.at('pipelineSpec'));
      for (const [index, { computeResources }] of (spec.taskRunSpecs ?? []).entries()) {
        if (!computeResources) continue;
        at.at('taskRunSpecs', index).add(`a limit for a whole Task ${words}`, ['computeResources']);
      }
      break;
    }
    default:
      break;
  }
  return mergeFieldErrors(findings.errors);
}

/** `unsupportedFeatures` of a Task's spec by itself, wherever it came from. */
export function unsupportedTaskFeatures(spec: TaskSpec): FieldError[] {
  const findings = new Findings();
  inTaskSpec(spec, findings);
  return mergeFieldErrors(findings.errors);
}
