import type { FeatureFlags } from '../defaults/config.ts';
import { defaultTimeoutMinutes } from '../defaults/config.ts';
import { durationOf, formatDuration } from '../duration.ts';
import { typeOfValue } from '../params/value.ts';
import type { Param, ParamSpec } from '../types/params.ts';
import type { PipelineRunSpec, PipelineTaskRunSpec, Timeouts } from '../types/pipelinerun.ts';
import type { StepSpecOverride, TaskRunSpec } from '../types/taskrun.ts';
import type { Findings } from './field-error.ts';
import { requireLevel } from './field-error.ts';
import { validateDuration } from './steps.ts';

/** What a run's params add to the declared ones of an embedded spec: known names with their types. */
export function specsWithRunParams(specs: readonly ParamSpec[], given: readonly Param[]): ParamSpec[] {
  const declared = new Set(specs.map(({ name }) => name));
  const added = given
    .filter(({ name }) => !declared.has(name))
    .map(({ name, value }): ParamSpec => {
      const type = typeOfValue(value ?? '');
      if (type !== 'object') return { name, type };
      const keys = Object.keys(value as Record<string, string>);
      return { name, type, properties: Object.fromEntries(keys.map((key) => [key, { type: 'string' }])) };
    });
  return [...specs, ...added];
}

type Overrides = Pick<TaskRunSpec, 'stepSpecs' | 'sidecarSpecs' | 'computeResources'>;

export function validateOverrides(spec: Overrides, flags: FeatureFlags, findings: Findings): void {
  for (const field of ['stepSpecs', 'sidecarSpecs'] as const) {
    const overrides = spec[field];
    if (overrides === undefined) continue;
    requireLevel(findings.at(field), field, 'beta', flags.enableApiFields);
    validateOverrideNames(overrides, field, findings);
  }
  if (spec.computeResources === undefined) return;
  requireLevel(findings.at('computeResources'), 'computeResources', 'beta', flags.enableApiFields);
  if ((spec.stepSpecs ?? []).some(({ computeResources }) => computeResources !== undefined)) {
    findings.multipleOneOf('stepSpecs.resources', 'computeResources');
  }
}

function validateOverrideNames(
  overrides: readonly StepSpecOverride[],
  field: string,
  findings: Findings,
): void {
  const seen = new Set<string>();
  for (const [index, { name }] of overrides.entries()) {
    if (!name) findings.at(field, index).missing('name');
    else if (seen.has(name)) findings.multipleOneOf(`${field}[${name}].name`);
    seen.add(name);
  }
}

/** A negative duration, or one that Go cannot read. */
export function validateTimeout(text: string | undefined, field: string, findings: Findings): void {
  validateDuration(text, findings, field);
  const value = durationOf(text);
  if (value !== undefined && value < 0) findings.invalid(`${formatDuration(value)} should be >= 0`, field);
}

/** `timeouts` of a PipelineRun: parts must fit into the whole. */
export function validateTimeouts(timeouts: Timeouts, findings: Findings): void {
  for (const field of ['tasks', 'finally', 'pipeline'] as const) {
    validateTimeout(timeouts[field], `timeouts.${field}`, findings);
  }
  const given = durationOf(timeouts.pipeline);
  const whole = given ?? defaultTimeoutMinutes * 60_000;
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

export function validateTaskRunSpecs(spec: PipelineRunSpec, flags: FeatureFlags, findings: Findings): void {
  for (const [index, override] of (spec.taskRunSpecs ?? []).entries()) {
    const at = findings.at('taskRunSpecs', index);
    validateOverrides(override, flags, at);
    validateTaskRunSpecTimeout(override, spec.timeouts, at);
  }
}

function validateTaskRunSpecTimeout(
  override: PipelineTaskRunSpec,
  timeouts: Timeouts | undefined,
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
        : [defaultTimeoutMinutes * 60_000, 'default pipeline duration'];
  if (limit > 0 && own > limit) {
    findings.invalid(`${formatDuration(own)} should be <= ${source} ${formatDuration(limit)}`, 'timeout');
  }
}
