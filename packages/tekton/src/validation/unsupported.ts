import type { KubeObject } from '@assay/kube';
import type { PipelineSpec } from '../types/pipeline.ts';
import type { PipelineRun } from '../types/pipelinerun.ts';
import { tektonGroup } from '../types/resources.ts';
import type { Task, TaskSpec } from '../types/task.ts';
import type { TaskRun } from '../types/taskrun.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors } from './field-error.ts';

const words = 'is not supported here';

function inTaskSpec(spec: TaskSpec, findings: Findings): void {
  for (const kind of ['steps', 'sidecars'] as const) {
    for (const [index, { script }] of (spec[kind] ?? []).entries()) {
      if ((script ?? '').trim().startsWith('#!win'))
        findings.at(kind, index).add(`a Windows script ${words}`, ['script']);
    }
  }
  for (const [index, { readinessProbe, startupProbe, livenessProbe }] of (spec.sidecars ?? []).entries()) {
    for (const [name, probe] of Object.entries({ readinessProbe, startupProbe, livenessProbe })) {
      if (probe?.grpc) findings.at('sidecars', index).add(`a grpc probe ${words}`, [`${name}.grpc`]);
    }
  }
}

function inPipelineSpec(spec: PipelineSpec, findings: Findings): void {
  for (const section of ['tasks', 'finally'] as const) {
    for (const [index, task] of (spec[section] ?? []).entries()) {
      const at = findings.at(section, index);
      if (task.taskSpec) inTaskSpec(task.taskSpec, at.at('taskSpec'));
      if (task.pipelineSpec) inPipelineSpec(task.pipelineSpec, at.at('pipelineSpec'));
    }
  }
}

/**
 * Names what an object asks for that Tekton can do and Assay cannot: a run is refused with these, never run
 * differently from what was asked.
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
      const { taskSpec } = (object as TaskRun).spec ?? {};
      if (taskSpec) inTaskSpec(taskSpec, at.at('taskSpec'));
      break;
    }
    case 'PipelineRun': {
      const { pipelineSpec } = (object as PipelineRun).spec ?? {};
      if (pipelineSpec) inPipelineSpec(pipelineSpec, at.at('pipelineSpec'));
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
