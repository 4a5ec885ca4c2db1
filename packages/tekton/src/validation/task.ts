import { posix } from 'node:path';
import type { FeatureFlags } from '../defaults/config.ts';
import { workspacePath } from '../names/paths.ts';
import { typeOfSpec } from '../params/value.ts';
import { mergeStepTemplate } from '../steps/template.ts';
import type { Step } from '../types/containers.ts';
import type { ParamSpec } from '../types/params.ts';
import type { StepAction, Task, TaskSpec } from '../types/task.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors, requireLevel } from './field-error.ts';
import { validateMetadata } from './names.ts';
import { requireProperties, validateParamSpecs } from './params.ts';
import { validateResultSpecs } from './results.ts';
import { validateSidecars, validateSteps } from './steps.ts';
import { checkIsolated, checkKnown, checkText, stepTexts } from './variable-rules.ts';

export interface ValidationOptions {
  featureFlags?: FeatureFlags;
}

const setOf = (specs: readonly { name: string }[] | undefined): Set<string> =>
  new Set((specs ?? []).map(({ name }) => name));

const ofType = (specs: readonly ParamSpec[], type: string): ParamSpec[] =>
  specs.filter((spec) => typeOfSpec(spec) === type);

/**
 * A Task, with Tekton's field paths and words. Call after `setDefaults`. An empty answer means valid.
 * @see https://tekton.dev/docs/pipelines/tasks/
 */
export function validateTask(task: Task, options: ValidationOptions = {}): FieldError[] {
  const findings = new Findings();
  const spec = task.spec ?? {};
  validateMetadata(task.metadata, findings.at('metadata'));
  validateTaskSpec(spec, options.featureFlags ?? {}, findings.at('spec'));
  validateDeclaredUse(spec.steps ?? [], spec.params ?? [], findings.at('spec'));
  return mergeFieldErrors(findings.errors);
}

/** What holds for every Task spec; whether it uses only declared params is known only where no run adds others. */
export function validateTaskSpec(spec: TaskSpec, flags: FeatureFlags, findings: Findings): void {
  const steps = spec.steps ?? [];
  const params = spec.params ?? [];
  if (steps.length === 0) findings.missing('steps');
  validateVolumeNames(spec, findings);
  validateWorkspaces(spec, findings);
  validateWorkspaceUses(spec, flags, findings);
  validateSteps(
    steps.map((step) => mergeStepTemplate(spec.stepTemplate, step)),
    flags,
    findings,
  );
  validateSidecars(spec.sidecars ?? [], findings);
  validateParamSpecs(params, flags, findings);
  const arrays = setOf(ofType(params, 'array'));
  const results = new Set((spec.results ?? []).flatMap(({ name }) => [name, `${name}.path`]));
  for (const [index, step] of steps.entries()) {
    const at = findings.at('steps', index);
    for (const { text, at: place, list } of stepTexts(step, at)) {
      if (list) checkIsolated(text, 'params', arrays, place);
      else checkText(text, 'params', arrays, place);
      checkKnown(text, 'context.taskRun', new Set(['name', 'namespace', 'uid']), place);
      checkKnown(text, 'context.task', new Set(['name', 'retry-count']), place);
    }
    checkKnown(step.script ?? '', 'results', results, at.at('script'));
  }
  validateResultSpecs(spec.results ?? [], findings);
}

/** Uses of params that are not declared, and of objects as a whole. */
export function validateDeclaredUse(
  steps: readonly Step[],
  params: readonly ParamSpec[],
  findings: Findings,
): void {
  const objects = ofType(params, 'object');
  const objectNames = setOf(objects);
  const known = setOf(params);
  for (const [index, step] of steps.entries()) {
    for (const { text, at } of stepTexts(step, findings.at('steps', index))) {
      checkKnown(text, 'params', known, at);
      for (const { name, properties } of objects) {
        checkKnown(text, `params.${name}`, new Set([...Object.keys(properties ?? {})]), at);
      }
      checkText(text, 'params', objectNames, at, { allowKeys: true });
    }
  }
  requireProperties(params, findings);
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
    for (const { mountPath } of container?.volumeMounts ?? []) mounts.add(posix.normalize(mountPath ?? ''));
  }
  const names = new Set<string>();
  for (const [index, workspace] of (spec.workspaces ?? []).entries()) {
    const at = findings.at('workspaces', index);
    if (names.has(workspace.name))
      at.add(`workspace name ${JSON.stringify(workspace.name)} must be unique`, ['name']);
    names.add(workspace.name);
    const path = posix.normalize(workspacePath(workspace));
    if (mounts.has(path))
      at.add(`workspace mount path ${JSON.stringify(path)} must be unique`, ['mountpath']);
    mounts.add(path);
  }
}

function validateWorkspaceUses(spec: TaskSpec, flags: FeatureFlags, findings: Findings): void {
  const declared = setOf(spec.workspaces);
  for (const [field, what, containers] of [
    ['steps', 'step workspaces', spec.steps],
    ['sidecars', 'sidecar workspaces', spec.sidecars],
  ] as const) {
    for (const [index, { workspaces }] of (containers ?? []).entries()) {
      if (workspaces === undefined || workspaces.length === 0) continue;
      const at = findings.at(field, index);
      requireLevel(at, what, 'beta', flags.enableApiFields);
      for (const [place, { name }] of workspaces.entries()) {
        if (!declared.has(name))
          at.at('workspaces', place).add(`undefined workspace ${JSON.stringify(name)}`, ['name']);
      }
    }
  }
}

/** A StepAction, likewise. */
export function validateStepAction(action: StepAction, options: ValidationOptions = {}): FieldError[] {
  const findings = new Findings();
  const at = findings.at('spec');
  const spec = action.spec ?? {};
  const params = spec.params ?? [];
  validateMetadata(action.metadata, findings.at('metadata'));
  if (!spec.image) at.missing('Image');
  if (spec.script) {
    if ((spec.command ?? []).length > 0) at.add('script cannot be used with command', ['script']);
    if (/\$\(params[.[]/.test(spec.script))
      at.add('param substitution in scripts is not allowed.', ['script']);
  }
  validateParamSpecs(params, options.featureFlags ?? {}, at);
  validateResultSpecs(spec.results ?? [], at);
  for (const [index, { name }] of (spec.volumeMounts ?? []).entries()) {
    if (!/^\$\(params(\.[^()]+|\[['"][^()]+['"]\])\)$/.test(name ?? '')) {
      at.at('volumeMounts', index).invalid(
        name ?? '',
        'name',
        'expect the Name to be a single param reference',
      );
    }
  }
  return mergeFieldErrors(findings.errors);
}
