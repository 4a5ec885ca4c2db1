import { pipelineRunSpecStatus, taskRunSpecStatus } from '../conditions/reasons.ts';
import type { FeatureFlags } from '../defaults/config.ts';
import { goList } from '../params/value.ts';
import type { PipelineRun, PipelineRunSpec } from '../types/pipelinerun.ts';
import type { TaskRun, TaskRunSpec } from '../types/taskrun.ts';
import type { WorkspaceBinding } from '../types/workspaces.ts';
import { resultReferences } from '../variables/reference.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors, requireLevel } from './field-error.ts';
import { validateMetadata } from './names.ts';
import { validateParams } from './params.ts';
import { validateParamUse, validatePipelineSpec } from './pipeline.ts';
import { validateReference } from './references.ts';
import {
  specsWithRunParams,
  validateOverrides,
  validateTaskRunSpecs,
  validateTimeout,
  validateTimeouts,
} from './run-specs.ts';
import type { ValidationOptions } from './task.ts';
import { validateDeclaredUse, validateTaskSpec } from './task.ts';
import { validateWorkspaceBinding } from './workspace-binding.ts';

/** A TaskRun, with Tekton's field paths and words. Call after `setDefaults`. An empty answer means valid. */
export function validateTaskRun(run: TaskRun, options: ValidationOptions = {}): FieldError[] {
  const findings = new Findings();
  const spec = run.spec ?? {};
  validateMetadata(run.metadata, findings.at('metadata'));
  if (spec.status === taskRunSpecStatus.pending && run.status?.startTime) {
    findings.invalid('TaskRun cannot be Pending after it is started', 'spec.status');
  }
  validateTaskRunSpec(spec, options.featureFlags ?? {}, findings.at('spec'));
  return mergeFieldErrors(findings.errors);
}

function validateTaskRunSpec(spec: TaskRunSpec, flags: FeatureFlags, findings: Findings): void {
  if (spec.taskRef && spec.taskSpec) findings.multipleOneOf('taskRef', 'taskSpec');
  if (!spec.taskRef && !spec.taskSpec) findings.missingOneOf('taskRef', 'taskSpec');
  if (spec.taskRef) validateReference(spec.taskRef, flags, findings.at('taskRef'));
  if (spec.taskSpec) {
    if ((flags.disableInlineSpec ?? []).includes('taskrun')) findings.disallowed('taskSpec');
    const at = findings.at('taskSpec');
    validateTaskSpec(spec.taskSpec, flags, at);
    const known = specsWithRunParams(spec.taskSpec.params ?? [], spec.params ?? []);
    validateDeclaredUse(spec.taskSpec.steps ?? [], known, at);
  }
  validateParams(spec.params ?? [], findings);
  validateBindings(spec.workspaces ?? [], findings);
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
  validateTimeout(spec.timeout, 'timeout', findings);
}

function validateBindings(bindings: readonly WorkspaceBinding[], findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, binding] of bindings.entries()) {
    validateWorkspaceBinding(binding, findings.at('workspaces', index));
    const key = (binding.name ?? '').toLowerCase();
    if (seen.has(key)) findings.multipleOneOf(`workspaces[${binding.name}].name`);
    seen.add(key);
  }
}

function validateDebug(
  debug: NonNullable<TaskRunSpec['debug']>,
  flags: FeatureFlags,
  findings: Findings,
): void {
  requireLevel(findings, 'debug', 'alpha', flags.enableApiFields);
  const { onFailure, beforeSteps } = debug.breakpoints ?? {};
  if (debug.breakpoints && !onFailure) {
    findings.invalid(
      'onFailure breakpoint is empty, it is only allowed to be set as enabled',
      'breakpoints.onFailure',
    );
  } else if (onFailure && onFailure !== 'enabled') {
    findings.invalid(
      `${onFailure} is not a valid onFailure breakpoint value, onFailure breakpoint is only allowed to be set as enabled`,
      'breakpoints.onFailure',
    );
  }
  const seen = new Set<string>();
  for (const [index, step] of (beforeSteps ?? []).entries()) {
    if (seen.has(step)) {
      findings.add(`before step must be unique, the same step: ${step} is defined multiple times at`, [
        `breakpoints.beforeSteps[${index}]`,
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
  validatePipelineRunSpec(spec, options.featureFlags ?? {}, findings.at('spec'));
  return mergeFieldErrors(findings.errors);
}

function validatePipelineRunSpec(spec: PipelineRunSpec, flags: FeatureFlags, findings: Findings): void {
  if (spec.pipelineRef && spec.pipelineSpec) findings.multipleOneOf('pipelineRef', 'pipelineSpec');
  if (!spec.pipelineRef && !spec.pipelineSpec) findings.missingOneOf('pipelineRef', 'pipelineSpec');
  if (spec.pipelineRef) validateReference(spec.pipelineRef, flags, findings.at('pipelineRef'));
  if (spec.pipelineSpec) {
    if ((flags.disableInlineSpec ?? []).includes('pipelinerun')) findings.disallowed('pipelineSpec');
    const at = findings.at('pipelineSpec');
    validatePipelineSpec(spec.pipelineSpec, flags, at);
    validateParamUse(
      spec.pipelineSpec,
      specsWithRunParams(spec.pipelineSpec.params ?? [], spec.params ?? []),
      at,
    );
  }
  validateParams(spec.params ?? [], findings);
  for (const { name, value } of spec.params ?? []) {
    const used = [...resultReferences(value, 'tasks'), ...resultReferences(value, 'finally')];
    if (used.length === 0) continue;
    const list = goList(used.map(({ expression }) => expression));
    findings.invalid(
      `cannot use result expressions in ${list} as PipelineRun parameter values`,
      `params[${name}].value`,
    );
  }
  if (spec.timeouts) validateTimeouts(spec.timeouts, findings);
  validateTaskRunSpecs(spec, flags, findings);
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
    validateWorkspaceBinding(binding, at);
    const before = places.get(binding.name);
    if (before !== undefined) {
      at.add(
        `workspace ${JSON.stringify(binding.name)} provided by pipelinerun more than once, at index ${before} and ${index}`,
        ['name'],
      );
    }
    places.set(binding.name, index);
  }
}
