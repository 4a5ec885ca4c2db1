import { posix } from 'node:path';
import type { FeatureFlags } from '../defaults/config.ts';
import { durationOf, formatDuration, parseDuration } from '../duration.ts';
import { TektonError } from '../error.ts';
import type { Sidecar, Step } from '../types/containers.ts';
import type { Findings } from './field-error.ts';
import { requireLevel } from './field-error.ts';
import { isDnsLabel } from './names.ts';
import { namesOf } from './params.ts';
import { validateReference, validateWhen } from './references.ts';
import { validateStepResults } from './results.ts';
import { checkKnown } from './substitution.ts';

/** Steps with the stepTemplate merged in; `findings` stands at the spec. */
export function validateSteps(steps: readonly Step[], flags: FeatureFlags, findings: Findings): void {
  const names = new Set<string>();
  for (const [index, step] of steps.entries()) {
    const at = findings.at('steps', index);
    if (step.name) {
      if (names.has(step.name)) at.multipleOneOf('name');
      names.add(step.name);
    }
    validateStep(step, flags, at);
    if (step.results !== undefined) {
      checkKnown(step.script ?? '', 'step.results', namesOf(step.results), at.at('script'));
      const path = findings.at('steps').at('results', index).path;
      validateStepResults(step.results, at.within('results').called(path));
    }
    validateWhen(step.when ?? [], flags, at);
  }
}

const stepArtifact = /\$\(steps\.([^.]+)\.(?:inputs|outputs)\.([^.)]+)\)/;
const taskArtifact = /\$\(tasks\.([^.]+)\.(?:inputs|outputs)\.([^.)]+)\)/;
const usesStepArtifact = (text: string) => stepArtifact.test(text) || text.includes('$(step.artifacts.path)');
const usesTaskArtifact = (text: string) => taskArtifact.test(text) || text.includes('$(artifacts.path)');

/** True for a text with `$(tasks.t.outputs.a)`. */
export function usesArtifactOfTask(text: string): boolean {
  return taskArtifact.test(text);
}

export const artifactsFlag = 'feature flag enable-artifacts should be set to true to use artifacts feature.';

function validateStep(step: Step, flags: FeatureFlags, findings: Findings): void {
  if (flags.enableArtifacts !== true) {
    const env = (step.env ?? []).map(({ value }) => value ?? '');
    const texts = [step.script ?? '', ...(step.command ?? []), ...(step.args ?? []), ...env];
    if (texts.some((text) => usesStepArtifact(text) || usesTaskArtifact(text))) {
      findings.add(artifactsFlag);
      return;
    }
  }
  const timeout = durationOf(step.timeout);
  if (timeout !== undefined && timeout < 0) {
    findings.within('timeout').add(`invalid value: ${formatDuration(timeout)}`, ['negative timeout']);
    return;
  }
  validateDuration(step.timeout, findings, 'timeout');
  if (step.ref !== undefined) validateStepReference(step, flags, findings);
  else validateOwnFields(step, findings);
  if (step.name && !isDnsLabel(step.name)) {
    findings.add(
      `invalid value ${JSON.stringify(step.name)}`,
      ['name'],
      'Task step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    );
  }
  validateMounts(step, findings);
  const { onError = '' } = step;
  if (onError !== '' && !onError.startsWith('$(params') && !['continue', 'stopAndFail'].includes(onError)) {
    findings.invalid(
      `"${onError}"`,
      'onError',
      'Task step onError must be either "continue" or "stopAndFail"',
    );
  }
  const level = flags.enableApiFields;
  validateWindowsScript(step.script, level, findings);
  if (step.stdoutConfig)
    requireLevel(findings.at('stdoutConfig'), 'step stdout stream support', 'alpha', level);
  if (step.stderrConfig)
    requireLevel(findings.at('stderrConfig'), 'step stderr stream support', 'alpha', level);
  const places = restrictedTexts(step);
  for (const [value, field] of places) {
    if (field !== 'script' && usesStepArtifact(value)) {
      findings.add(
        'stepArtifact substitutions are only allowed in env, command, args and script. Found usage in',
        [field],
      );
    }
    if (/\$\(steps\..*?\.results\..*?\)/.test(value)) {
      findings.add('stepResult substitutions are only allowed in env, command and args. Found usage in', [
        field,
      ]);
    }
  }
}

/** A script for Windows needs alpha features. */
export function validateWindowsScript(
  script: string | undefined,
  level: FeatureFlags['enableApiFields'],
  findings: Findings,
): void {
  if ((script ?? '').trim().startsWith('#!win')) {
    requireLevel(findings.at('script'), 'windows script support', 'alpha', level);
  }
}

function validateOwnFields(step: Step, findings: Findings): void {
  if ((step.params ?? []).length > 0) findings.add('params cannot be used without Ref', ['params']);
  if (!step.image) findings.missing('Image');
  if (step.script && (step.command ?? []).length > 0) {
    findings.add('script cannot be used with command', ['script']);
  }
}

function validateStepReference(step: Step, flags: FeatureFlags, findings: Findings): void {
  validateReference(step.ref ?? {}, flags, findings.within('ref'));
  for (const { name, value } of step.params ?? [])
    if (value === undefined) findings.at('params', name).missing('value');
  const refuse = (present: unknown, name: string, field = name): void => {
    const empty = present === undefined || present === '' || (Array.isArray(present) && present.length === 0);
    if (!empty) findings.add(`${name} cannot be used with Ref`, [field]);
  };
  refuse(step.image, 'image');
  refuse(step.command, 'command');
  refuse(step.args, 'args');
  refuse(step.script, 'script');
  refuse(step.workingDir, 'working dir', 'workingDir');
  if (step.env !== undefined) findings.add('env cannot be used with Ref', ['env']);
  refuse(step.volumeMounts, 'volumeMounts');
  refuse(step.results, 'results');
}

function validateMounts(step: Step, findings: Findings): void {
  for (const [index, { name, mountPath }] of (step.volumeMounts ?? []).entries()) {
    const at = findings.at('volumeMounts', index);
    const clean = posix.normalize(mountPath ?? '');
    if (clean.startsWith('/tekton/') && !clean.startsWith('/tekton/home')) {
      at.add(
        `volumeMount cannot be mounted under /tekton/ (volumeMount ${JSON.stringify(name ?? '')} mounted at ${JSON.stringify(mountPath)})`,
        ['mountPath'],
      );
    }
    if ((name ?? '').startsWith('tekton-internal-')) {
      at.add(`volumeMount name ${JSON.stringify(name)} cannot start with "tekton-internal-"`, ['name']);
    }
  }
}

/** Texts of a step in which results of other steps are not replaced, with their fields. */
function restrictedTexts(step: Step): Array<[value: string, field: string]> {
  const found: Array<[string | undefined, string]> = [
    [step.name, 'name'],
    [step.image, 'image'],
    [step.script, 'script'],
    [step.imagePullPolicy, 'imagePullPolicy'],
    [step.workingDir, 'workingDir'],
  ];
  for (const { prefix, configMapRef, secretRef } of step.envFrom ?? []) {
    found.push([prefix, 'envFrom.prefix'], [configMapRef?.name, 'envFrom.configMapRef']);
    found.push([secretRef?.name, 'envFrom.secretRef']);
  }
  for (const mount of step.volumeMounts ?? []) {
    for (const field of ['name', 'mountPath', 'subPath'] as const)
      found.push([mount[field], `volumeMounts.${field}`]);
  }
  for (const device of step.volumeDevices ?? []) {
    for (const field of ['name', 'devicePath'])
      found.push([String(device[field] ?? ''), `volumeDevices.${field}`]);
  }
  return found.map(([value, field]) => [value ?? '', field]);
}

/** Sidecars; Tekton tells none of their indexes. */
export function validateSidecars(sidecars: readonly Sidecar[], findings: Findings): void {
  for (const [index, sidecar] of sidecars.entries()) {
    const at = findings.within('sidecars', index).called(findings.at('sidecars').path);
    if (sidecar.name === 'tekton-log-results') {
      at.add('Invalid: cannot use reserved sidecar name tekton-log-results ', ['name']);
    }
    if (!sidecar.image) at.missing('image');
    if (sidecar.script && (sidecar.command ?? []).length > 0) {
      at.add('script cannot be used with command', ['script']);
    }
  }
}

/** A duration that Go cannot read; its decoder says so with the text it was given. */
export function validateDuration(text: string | undefined, findings: Findings, field: string): void {
  if (text === undefined) return;
  try {
    parseDuration(text);
  } catch (error) {
    if (!(error instanceof TektonError)) throw error;
    findings.invalid(error.message, field);
  }
}
