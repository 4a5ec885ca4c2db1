import { posix } from 'node:path';
import type { FeatureFlags } from '../defaults/config.ts';
import { durationOf, formatDuration, parseDuration } from '../duration.ts';
import { TektonError } from '../error.ts';
import type { Sidecar, Step } from '../types/containers.ts';
import { expressions, resultReferences } from '../variables/reference.ts';
import type { Findings } from './field-error.ts';
import { requireLevel } from './field-error.ts';
import { isDnsLabel } from './names.ts';
import { validateParams } from './params.ts';
import { validateReference, validateWhen } from './references.ts';
import { validateResultSpecs } from './results.ts';
import { checkKnown, stepTexts } from './variable-rules.ts';

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
  }
}

function validateStep(step: Step, flags: FeatureFlags, findings: Findings): void {
  if (flags.enableArtifacts !== true && usesArtifacts(step, findings)) {
    findings.add('feature flag enable-artifacts should be set to true to use artifacts feature.');
    return;
  }
  if (step.ref !== undefined) validateStepReference(step, flags, findings);
  else validateOwnFields(step, findings);
  if (step.name && !isDnsLabel(step.name)) {
    findings.add(
      `invalid value ${JSON.stringify(step.name)}`,
      ['name'],
      'Task step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    );
  }
  validateDuration(step.timeout, findings, 'timeout');
  if ((durationOf(step.timeout) ?? 0) < 0) {
    findings.invalid(formatDuration(durationOf(step.timeout) ?? 0), 'negative timeout');
  }
  validateMounts(step, findings);
  if (
    step.onError &&
    !step.onError.startsWith('$(params') &&
    !['continue', 'stopAndFail'].includes(step.onError)
  ) {
    findings.invalid(
      JSON.stringify(step.onError),
      'onError',
      'Task step onError must be either "continue" or "stopAndFail"',
    );
  }
  const level = flags.enableApiFields;
  if ((step.script ?? '').trim().startsWith('#!win')) {
    requireLevel(findings.at('script'), 'windows script support', 'alpha', level);
  }
  if (step.stdoutConfig)
    requireLevel(findings.at('stdoutconfig'), 'step stdout stream support', 'alpha', level);
  if (step.stderrConfig)
    requireLevel(findings.at('stderrconfig'), 'step stderr stream support', 'alpha', level);
  validateStepResultUse(step, findings);
  if (step.results !== undefined) {
    const results = new Set(step.results.map(({ name }) => name));
    const paths = new Set([...results].map((name) => `${name}.path`));
    checkKnown(step.script ?? '', 'step.results', new Set([...results, ...paths]), findings.at('script'));
    validateResultSpecs(step.results, findings);
  }
  validateWhen(step.when ?? [], flags, findings);
}

function validateOwnFields(step: Step, findings: Findings): void {
  if ((step.params ?? []).length > 0) findings.add('params cannot be used without Ref', ['params']);
  if (!step.image) findings.missing('Image');
  if (step.script && (step.command ?? []).length > 0) {
    findings.add('script cannot be used with command', ['script']);
  }
}

function validateStepReference(step: Step, flags: FeatureFlags, findings: Findings): void {
  validateReference(step.ref ?? {}, flags, findings);
  validateParams(step.params ?? [], findings);
  const refuse = (present: unknown, name: string, field = name): void => {
    const empty = present === undefined || present === '' || (Array.isArray(present) && present.length === 0);
    if (!empty) findings.add(`${name} cannot be used with Ref`, [field]);
  };
  refuse(step.image, 'image');
  refuse(step.command, 'command');
  refuse(step.args, 'args');
  refuse(step.script, 'script');
  refuse(step.workingDir, 'working dir', 'workingDir');
  refuse(step.env, 'env');
  refuse(step.volumeMounts, 'volumeMounts');
  refuse(step.results, 'results');
}

function validateMounts(step: Step, findings: Findings): void {
  for (const [index, { name, mountPath }] of (step.volumeMounts ?? []).entries()) {
    const at = findings.at('volumeMounts', index);
    const clean = posix.normalize(mountPath ?? '');
    if (clean.startsWith('/tekton/') && !clean.startsWith('/tekton/home')) {
      at.add(
        `volumeMount cannot be mounted under /tekton/ (volumeMount ${JSON.stringify(name)} mounted at ${JSON.stringify(mountPath)})`,
        ['mountPath'],
      );
    }
    if ((name ?? '').startsWith('tekton-internal-')) {
      at.add(`volumeMount name ${JSON.stringify(name)} cannot start with "tekton-internal-"`, ['name']);
    }
  }
}

function usesArtifacts(step: Step, findings: Findings): boolean {
  for (const { text } of stepTexts(step, findings)) {
    for (const expression of expressions(text)) {
      if (/^(step\.)?artifacts\.path$|^steps\.[^.]+\.(inputs|outputs)(\.|$)/.test(expression)) return true;
    }
  }
  return false;
}

function validateStepResultUse(step: Step, findings: Findings): void {
  const places: Array<[unknown, string]> = [
    [step.name, 'name'],
    [step.image, 'image'],
    [step.script, 'script'],
    [step.imagePullPolicy, 'imagePullPolicy'],
    [step.workingDir, 'workingDir'],
    ...(step.envFrom ?? []).flatMap(
      (source): Array<[unknown, string]> => [
        [source.prefix, 'envFrom.prefix'],
        [source.configMapRef?.name, 'envFrom.configMapRef'],
        [source.secretRef?.name, 'envFrom.secretRef'],
      ],
    ),
    ...(step.volumeMounts ?? []).flatMap(
      (mount): Array<[unknown, string]> => [
        [mount.name, 'volumeMounts.name'],
        [mount.mountPath, 'volumeMounts.mountPath'],
        [mount.subPath, 'volumeMounts.subPath'],
      ],
    ),
  ];
  for (const [value, field] of places) {
    if (resultReferences(value, 'steps').length === 0) continue;
    findings.add('stepResult substitutions are only allowed in env, command and args. Found usage in', [
      field,
    ]);
  }
}

export function validateSidecars(sidecars: readonly Sidecar[], findings: Findings): void {
  const at = findings.at('sidecars');
  for (const sidecar of sidecars) {
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
