import { posix } from 'node:path';
import type { FeatureFlags } from '../defaults/config.ts';
import { nearest } from '../manifest/suggest.ts';
import { workspacePath } from '../names/paths.ts';
import { mergeStepTemplate } from '../steps/template.ts';
import type { Step } from '../types/containers.ts';
import type { Task, TaskSpec } from '../types/task.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors, requireLevel } from './field-error.ts';
import { validateMetadata } from './names.ts';
import type { ValidationOptions } from './options.ts';
import {
  namesOf,
  validateNameFormats,
  validateParamEnums,
  validateParamTypes,
  validateUniqueSpecs,
} from './params.ts';
import { validateTaskResults } from './results.ts';
import {
  validateArrayUse,
  validateDeclaredUse,
  validateResultUse,
  validateTaskContext,
} from './step-variables.ts';
import { validateSidecars, validateSteps } from './steps.ts';

/**
 * A Task, with Tekton's field paths and words. Call after `setDefaults`. An empty answer means valid.
 * @see https://tekton.dev/docs/pipelines/tasks/
 */
export function validateTask(task: Task, options: ValidationOptions = {}): FieldError[] {
  const findings = new Findings();
  const spec = task.spec ?? {};
  validateMetadata(task.metadata, findings.at('metadata'));
  validateTaskSpec(spec, options.featureFlags ?? {}, findings.at('spec'));
  validateDeclaredUse(mergedSteps(spec), spec.params ?? [], findings.at('spec'));
  return mergeFieldErrors(findings.errors);
}

/** The steps as the Task's stepTemplate makes them; it is those that Tekton looks at. */
export function mergedSteps({ steps = [], stepTemplate }: TaskSpec): Step[] {
  return steps.map((step) => mergeStepTemplate(stepTemplate, step));
}

/** What holds for every Task spec; whether it uses only declared params is known only where no run adds others. */
export function validateTaskSpec(spec: TaskSpec, flags: FeatureFlags, findings: Findings): void {
  const steps = spec.steps ?? [];
  const params = spec.params ?? [];
  if (steps.length === 0) findings.missing('steps');
  validateVolumeNames(spec, findings);
  validateWorkspaces(spec, findings);
  validateWorkspaceUses(spec, flags, findings);
  const merged = mergedSteps(spec);
  validateSteps(merged, flags, findings);
  validateSidecars(spec.sidecars ?? [], findings);
  validateParamTypes(params, findings.at('params'));
  validateUniqueSpecs(params, findings);
  validateParamEnums(params, flags, findings);
  validateNameFormats(params, findings);
  validateArrayUse(merged, params, findings);
  validateTaskContext(merged, findings);
  validateResultUse(merged, spec.results ?? [], findings);
  validateTaskResults(spec.results ?? [], findings.at('results'));
}

function validateVolumeNames(spec: TaskSpec, findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, { name }] of (spec.volumes ?? []).entries()) {
    if (seen.has(name)) {
      findings.at('volumes', index).add(`multiple volumes with same name ${JSON.stringify(name)}`, ['name']);
    }
    seen.add(name);
  }
}

function validateWorkspaces(spec: TaskSpec, findings: Findings): void {
  const mounts = new Set<string>();
  for (const container of [...(spec.steps ?? []), spec.stepTemplate]) {
    for (const { mountPath } of container?.volumeMounts ?? []) mounts.add(cleaned(mountPath ?? ''));
  }
  const names = new Set<string>();
  for (const [index, workspace] of (spec.workspaces ?? []).entries()) {
    const at = findings.at('workspaces', index);
    const { name = '' } = workspace;
    if (names.has(name)) at.add(`workspace name ${JSON.stringify(name)} must be unique`, ['name']);
    names.add(name);
    const path = cleaned(workspacePath(workspace));
    if (mounts.has(path))
      at.add(`workspace mount path ${JSON.stringify(path)} must be unique`, ['mountpath']);
    mounts.add(path);
  }
}

/** Go's `filepath.Clean`. */
function cleaned(path: string): string {
  return posix.normalize(path).replace(/(.)\/$/, '$1');
}

function validateWorkspaceUses(spec: TaskSpec, flags: FeatureFlags, findings: Findings): void {
  const declared = namesOf(spec.workspaces);
  for (const [field, what, containers] of [
    ['steps', 'step workspaces', spec.steps],
    ['sidecars', 'sidecar workspaces', spec.sidecars],
  ] as const) {
    for (const [index, { workspaces }] of (containers ?? []).entries()) {
      if (workspaces === undefined || workspaces.length === 0) continue;
      const at = findings.at(field, index);
      requireLevel(at.at('workspaces'), what, 'beta', flags.enableApiFields);
      for (const [place, { name }] of workspaces.entries()) {
        if (declared.has(name)) continue;
        const near = nearest(name ?? '', declared);
        const hint = near === undefined ? undefined : `did you mean ${JSON.stringify(near)}?`;
        const message = `undefined workspace ${JSON.stringify(name ?? '')}`;
        at.at('workspaces', place).add(message, ['name'], undefined, hint);
      }
    }
  }
}
