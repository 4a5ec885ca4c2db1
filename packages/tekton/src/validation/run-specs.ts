import type { FeatureFlags } from '../defaults/config.ts';
import { defaultTimeoutMinutes } from '../defaults/config.ts';
import { durationOf, formatDuration } from '../duration.ts';
import type { PipelineRunSpec, PipelineTaskRunSpec, Timeouts } from '../types/pipelinerun.ts';
import type { PodTemplate } from '../types/pod-template.ts';
import type { StepSpecOverride, TaskRunSpec } from '../types/taskrun.ts';
import type { Findings } from './field-error.ts';
import { requireLevel } from './field-error.ts';
import type { ValidationOptions } from './options.ts';
import { validateUniqueNames } from './params.ts';
import { validateDuration } from './steps.ts';

type Overrides = Pick<TaskRunSpec, 'stepSpecs' | 'sidecarSpecs' | 'computeResources'>;

export function validateOverrides(spec: Overrides, flags: FeatureFlags, findings: Findings): void {
  for (const field of ['stepSpecs', 'sidecarSpecs'] as const) {
    const overrides = spec[field];
    if (overrides === undefined) continue;
    requireLevel(findings.at(field), field, 'beta', flags.enableApiFields);
    validateOverrideNames(overrides, findings.at(field));
  }
  if (spec.computeResources === undefined) return;
  requireLevel(findings.at('computeResources'), 'computeResources', 'beta', flags.enableApiFields);
  const isSet = ({ computeResources }: StepSpecOverride) => Object.keys(computeResources ?? {}).length > 0;
  if ((spec.stepSpecs ?? []).some(isSet)) findings.multipleOneOf('stepSpecs.resources', 'computeResources');
}

/** Those without a name are not counted when the others are told by their index. */
function validateOverrideNames(overrides: readonly StepSpecOverride[], findings: Findings): void {
  for (const [index, { name }] of overrides.entries()) if (!name) findings.at(`[${index}]`).missing('name');
  validateUniqueNames(
    overrides.flatMap(({ name }) => (name ? [name] : [])),
    findings,
  );
}

/** Environment variables that a podTemplate may not set. */
export function validatePodTemplate(
  template: PodTemplate | undefined,
  options: ValidationOptions,
  findings: Findings,
): void {
  const forbidden = options.defaults?.forbiddenEnv ?? [];
  for (const { name } of template?.env ?? []) {
    if (forbidden.includes(name)) {
      findings.invalid(`PodTemplate cannot update a forbidden env: ${name}`, 'PodTemplate.Env');
    }
  }
}

/** A negative duration, or one that Go cannot read. */
export function validateTimeout(text: string | undefined, field: string, findings: Findings): void {
  validateDuration(text, findings, field);
  const value = durationOf(text);
  if (value !== undefined && value < 0) findings.invalid(`${formatDuration(value)} should be >= 0`, field);
}

/** `timeouts` of a PipelineRun: parts must fit into the whole. */
export function validateTimeouts(timeouts: Timeouts, options: ValidationOptions, findings: Findings): void {
  for (const field of ['tasks', 'finally', 'pipeline'] as const) {
    validateTimeout(timeouts[field], `timeouts.${field}`, findings);
  }
  const given = durationOf(timeouts.pipeline);
  const whole = given ?? (options.defaults?.timeoutMinutes ?? defaultTimeoutMinutes) * 60_000;
  const message =
    given === undefined ? 'should be <= default timeout duration' : 'should be <= pipeline duration';
  const tasks = durationOf(timeouts.tasks);
  const finals = durationOf(timeouts.finally);
  for (const [field, part] of [
    ['tasks', tasks],
    ['finally', finals],
  ] as const) {
    if (part === undefined || whole === 0) continue;
    if (part === 0) findings.invalid(`0s (no timeout) ${message}`, `timeouts.${field}`);
    else if (part > whole) findings.invalid(`${formatDuration(part)} ${message}`, `timeouts.${field}`);
  }
  if (tasks === undefined || finals === undefined || tasks + finals <= whole) return;
  const sum = `${formatDuration(tasks)} + ${formatDuration(finals)} ${message}`;
  findings.invalid(sum, 'timeouts.tasks');
  findings.invalid(sum, 'timeouts.finally');
}

export function validateTaskRunSpecs(
  spec: PipelineRunSpec,
  options: ValidationOptions,
  findings: Findings,
): void {
  for (const [index, override] of (spec.taskRunSpecs ?? []).entries()) {
    const at = findings.at('taskRunSpecs', index);
    validateOverrides(override, options.featureFlags ?? {}, at);
    validatePodTemplate(override.podTemplate, options, at);
    validateTaskRunSpecTimeout(override, spec.timeouts, options, at);
  }
}

function validateTaskRunSpecTimeout(
  override: PipelineTaskRunSpec,
  timeouts: Timeouts | undefined,
  options: ValidationOptions,
  findings: Findings,
): void {
  validateTimeout(override.timeout, 'timeout', findings);
  const own = durationOf(override.timeout);
  if (own === undefined || own < 0) return;
  const tasks = durationOf(timeouts?.tasks);
  const pipeline = durationOf(timeouts?.pipeline);
  const [limit, source] =
    tasks !== undefined
      ? [tasks, 'pipeline tasks duration']
      : pipeline !== undefined
        ? [pipeline, 'pipeline duration']
        : [(options.defaults?.timeoutMinutes ?? defaultTimeoutMinutes) * 60_000, 'default pipeline duration'];
  if (limit < 0) findings.invalid(`${formatDuration(limit)} should be >= 0`, 'timeout');
  else if (limit > 0 && own > limit) {
    findings.invalid(`${formatDuration(own)} should be <= ${source} ${formatDuration(limit)}`, 'timeout');
  }
}
