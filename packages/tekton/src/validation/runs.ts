import { pipelineRunSpecStatus, taskRunSpecStatus } from '../conditions/reasons.ts';
import type { FeatureFlags } from '../defaults/config.ts';
import { goList } from '../params/value.ts';
import type { Param } from '../types/params.ts';
import type { PipelineRun, PipelineRunSpec } from '../types/pipelinerun.ts';
import type { TaskRun, TaskRunSpec } from '../types/taskrun.ts';
import type { WorkspaceBinding } from '../types/workspaces.ts';
import { textsOf } from '../variables/reference.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors, requireLevel } from './field-error.ts';
import { validatePipelineRunParams, validateTaskRunParams } from './inline-params.ts';
import { validateMetadata } from './names.ts';
import type { ValidationOptions } from './options.ts';
import { validateParams, validateUniqueNames } from './params.ts';
import { validatePipelineSpec } from './pipeline.ts';
import { validateReference } from './references.ts';
import {
  validateOverrides,
  validatePodTemplate,
  validateTaskRunSpecs,
  validateTimeout,
  validateTimeouts,
} from './run-specs.ts';
import { expressionsIn, looksLikeResult, parseResult } from './substitution.ts';
import { validateTaskSpec } from './task.ts';
import { validateWorkspaceBinding } from './workspace-binding.ts';

/** A TaskRun, with Tekton's field paths and words. Call after `setDefaults`. An empty answer means valid. */
export function validateTaskRun(run: TaskRun, options: ValidationOptions = {}): FieldError[] {
  const findings = new Findings();
  const spec = run.spec ?? {};
  validateMetadata(run.metadata, findings.at('metadata'));
  if (spec.status === taskRunSpecStatus.pending && run.status?.startTime) {
    findings.invalid('TaskRun cannot be Pending after it is started', 'spec.status');
  }
  validateTaskRunSpec(spec, options, findings.at('spec'));
  return mergeFieldErrors(findings.errors);
}

function validateTaskRunSpec(spec: TaskRunSpec, options: ValidationOptions, findings: Findings): void {
  const flags = options.featureFlags ?? {};
  if (spec.taskRef && spec.taskSpec) findings.multipleOneOf('taskRef', 'taskSpec');
  if (!spec.taskRef && !spec.taskSpec) findings.missingOneOf('taskRef', 'taskSpec');
  if (spec.taskRef) validateReference(spec.taskRef, flags, findings.at('taskRef'));
  if (spec.taskSpec) {
    if ((flags.disableInlineSpec ?? []).includes('taskrun')) findings.disallowed('taskSpec');
    validateTaskSpec(spec.taskSpec, flags, findings.at('taskSpec'));
  }
  validateParams(spec.params ?? [], findings.at('params'));
  validateTaskRunParams(spec, options, findings);
  validateBindings(spec.workspaces ?? [], findings.at('workspaces'));
  if (spec.debug) validateDebug(spec.debug, flags, findings.at('debug'));
  validateOverrides(spec, flags, findings);
  const { cancelled, pending } = taskRunSpecStatus;
  if (spec.status && spec.status !== cancelled && spec.status !== pending) {
    findings.invalid(`${spec.status} should be ${cancelled} or ${pending}`, 'status');
  }
  if (!spec.status && spec.statusMessage) {
    findings.invalid(
      `statusMessage should not be set if status is not set, but it is currently set to ${spec.statusMessage}`,
      'statusMessage',
    );
  }
  if ((spec.retries ?? 0) < 0) findings.invalid(`${spec.retries} should be >= 0`, 'retries');
  validatePodTemplate(spec.podTemplate, options, findings);
  validateTimeout(spec.timeout, 'timeout', findings);
}

/** Bindings of a TaskRun or CustomRun; `findings` stands at the list. */
export function validateBindings(bindings: readonly WorkspaceBinding[], findings: Findings): void {
  for (const [index, binding] of bindings.entries()) {
    validateWorkspaceBinding(binding, findings.at(`[${index}]`));
  }
  validateUniqueNames(
    bindings.map(({ name }) => name ?? ''),
    findings,
  );
}

function validateDebug(
  debug: NonNullable<TaskRunSpec['debug']>,
  flags: FeatureFlags,
  findings: Findings,
): void {
  requireLevel(findings, 'debug', 'alpha', flags.enableApiFields);
  if (debug.breakpoints === undefined) return;
  const { onFailure = '', beforeSteps = [] } = debug.breakpoints;
  const at = findings.at('breakpoints');
  if (onFailure === '') {
    at.invalid('onFailure breakpoint is empty, it is only allowed to be set as enabled', 'onFailure');
  } else if (onFailure !== 'enabled') {
    at.invalid(
      `${onFailure} is not a valid onFailure breakpoint value, onFailure breakpoint is only allowed to be set as enabled`,
      'onFailure',
    );
  }
  const seen = new Set<string>();
  for (const [index, step] of beforeSteps.entries()) {
    if (seen.has(step)) {
      at.add(`before step must be unique, the same step: ${step} is defined multiple times at`, [
        `beforeSteps[${index}]`,
      ]);
    }
    seen.add(step);
  }
}

/** A PipelineRun, likewise. */
export function validatePipelineRun(run: PipelineRun, options: ValidationOptions = {}): FieldError[] {
  const findings = new Findings();
  const spec = run.spec ?? {};
  validateMetadata(run.metadata, findings.at('metadata'));
  if (spec.status === pipelineRunSpecStatus.pending && run.status?.startTime) {
    findings.invalid('PipelineRun cannot be Pending after it is started', 'spec.status');
  }
  validatePipelineRunSpec(spec, options, findings.at('spec'));
  return mergeFieldErrors(findings.errors);
}

function validatePipelineRunSpec(
  spec: PipelineRunSpec,
  options: ValidationOptions,
  findings: Findings,
): void {
  const flags = options.featureFlags ?? {};
  if (spec.pipelineRef && spec.pipelineSpec) findings.multipleOneOf('pipelineRef', 'pipelineSpec');
  if (!spec.pipelineRef && !spec.pipelineSpec) findings.missingOneOf('pipelineRef', 'pipelineSpec');
  if (spec.pipelineRef) validateReference(spec.pipelineRef, flags, findings.at('pipelineRef'));
  if (spec.pipelineSpec) {
    if ((flags.disableInlineSpec ?? []).includes('pipelinerun')) findings.disallowed('pipelineSpec');
    validatePipelineSpec(spec.pipelineSpec, options, findings.at('pipelineSpec'));
  }
  validateRunParams(spec.params ?? [], findings);
  validatePipelineRunParams(spec, options, findings);
  if (spec.timeouts) validateTimeouts(spec.timeouts, options, findings);
  validateTaskRunSpecs(spec, options, findings);
  const { cancelled, cancelledRunFinally, stoppedRunFinally, pending } = pipelineRunSpecStatus;
  const allowed: string[] = [cancelled, cancelledRunFinally, stoppedRunFinally, pending];
  if (spec.status && !allowed.includes(spec.status)) {
    findings.invalid(
      `${spec.status} should be ${cancelled}, ${cancelledRunFinally}, ${stoppedRunFinally} or ${pending}`,
      'status',
    );
  }
  const places = new Map<string, number>();
  for (const [index, binding] of (spec.workspaces ?? []).entries()) {
    const at = findings.at('workspaces', index);
    const { name = '' } = binding;
    validateWorkspaceBinding(binding, at);
    const before = places.get(name);
    if (before !== undefined) {
      at.add(
        `workspace ${JSON.stringify(name)} provided by pipelinerun more than once, at index ${before} and ${index}`,
        ['name'],
      );
    }
    places.set(name, index);
  }
  validatePodTemplate(spec.taskRunTemplate?.podTemplate, options, findings.at('taskRunTemplate'));
}

/** Params that a PipelineRun gives: no results are there when it starts. */
function validateRunParams(params: readonly Param[], findings: Findings): void {
  validateParams(params, findings.at('params'));
  for (const { name, value } of params) {
    const used = [...textsOf(value)].flatMap(expressionsIn).filter(looksLikeResult);
    if (!used.some((expression) => parseResult(expression) !== undefined)) continue;
    findings
      .at('params', name)
      .invalid(`cannot use result expressions in ${goList(used)} as PipelineRun parameter values`, 'value');
  }
}
