import type { FeatureFlags } from '../defaults/config.ts';
import type { PipelineTask } from '../types/pipeline.ts';
import type { Findings } from './field-error.ts';
import { requireLevel } from './field-error.ts';
import { isDnsLabel } from './names.ts';
import { validateReference } from './references.ts';
import { validateDuration } from './steps.ts';
import { validateTaskSpec } from './task.ts';

const dnsDetails =
  'Pipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names';
const taskKinds = new Set(['', 'Task']);

/** The tasks of one section; `names` carries the names seen so far, over both sections. */
export function validatePipelineTasks(
  tasks: readonly PipelineTask[],
  section: 'tasks' | 'finally',
  names: Set<string>,
  flags: FeatureFlags,
  findings: Findings,
): void {
  for (const [index, task] of tasks.entries()) {
    const at = findings.at(section, index);
    if (!isDnsLabel(task.name ?? ''))
      at.add(`invalid value ${JSON.stringify(task.name ?? '')}`, ['name'], dnsDetails);
    if (names.has(task.name)) at.multipleOneOf('name');
    names.add(task.name);
    validatePipelineTask(task, flags, at);
  }
}

function validatePipelineTask(task: PipelineTask, flags: FeatureFlags, findings: Findings): void {
  validateRefOrSpec(task, flags, findings);
  if ((flags.disableInlineSpec ?? []).includes('pipeline')) {
    if (task.taskSpec) findings.disallowed('taskSpec');
    if (task.pipelineSpec) findings.disallowed('pipelineSpec');
  }
  if ((task.taskSpec?.steps ?? []).length > 0) {
    for (const field of ['apiVersion', 'kind'] as const) {
      if (task.taskSpec?.[field]) {
        findings.add(`taskSpec.${field} cannot be specified when using taskSpec.steps`, [
          `taskSpec.${field}`,
        ]);
      }
    }
  }
  validateOnError(task, flags, findings);
  validateDuration(task.timeout, findings, 'timeout');
  if (isCustom(task)) validateCustomTask(task, findings);
  else {
    if (task.taskRef) validateReference(task.taskRef, flags, findings.at('taskRef'));
    if (task.taskSpec) validateTaskSpec(task.taskSpec, flags, findings.at('taskSpec'));
  }
}

/** A task that another controller runs: its kind or apiVersion is not Tekton's. */
export function isCustom(task: PipelineTask): boolean {
  const { taskRef, taskSpec } = task;
  if (taskRef) return !taskKinds.has(taskRef.kind ?? '') || Boolean(taskRef.apiVersion);
  return taskSpec !== undefined && (!taskKinds.has(taskSpec.kind ?? '') || Boolean(taskSpec.apiVersion));
}

function validateRefOrSpec(task: PipelineTask, flags: FeatureFlags, findings: Findings): void {
  const alpha = flags.enableApiFields === 'alpha';
  if (task.pipelineRef) requireLevel(findings, 'pipelineRef', 'alpha', flags.enableApiFields);
  if (task.pipelineSpec) requireLevel(findings, 'pipelineSpec', 'alpha', flags.enableApiFields);
  const fields = ['taskRef', 'taskSpec', 'pipelineRef', 'pipelineSpec'] as const;
  const present = fields.filter((field) => task[field] !== undefined);
  if (present.length > 1) findings.add('expected exactly one, got multiple', present);
  if (present.length === 0) findings.missingOneOf(...(alpha ? fields : fields.slice(0, 2)));
}

function validateOnError(task: PipelineTask, flags: FeatureFlags, findings: Findings): void {
  const { onError } = task;
  if (!onError || onError.startsWith('$(params')) return;
  requireLevel(findings, 'OnError', 'beta', flags.enableApiFields);
  if (onError !== 'continue' && onError !== 'stopAndFail') {
    findings.invalid(onError, 'OnError', 'PipelineTask OnError must be either "continue" or "stopAndFail"');
  }
  if (onError === 'continue' && (task.retries ?? 0) > 0) {
    findings.add('PipelineTask OnError cannot be set to "continue" when Retries is greater than 0', []);
  }
}

function validateCustomTask(task: PipelineTask, findings: Findings): void {
  for (const [field, source] of [
    ['ref', task.taskRef],
    ['spec', task.taskSpec],
  ] as const) {
    if (source === undefined) continue;
    const at = field === 'ref' ? 'taskRef' : 'taskSpec';
    if (!source.kind) findings.invalid(`custom task ${field} must specify kind`, `${at}.kind`);
    if (!source.apiVersion)
      findings.invalid(`custom task ${field} must specify apiVersion`, `${at}.apiVersion`);
    else if (!/^[^/]+\/[^/]+$/.test(source.apiVersion)) {
      findings.invalid(
        `invalid apiVersion format ${JSON.stringify(source.apiVersion)}, must be in the format "group/version"`,
        `${at}.apiVersion`,
      );
    }
  }
}
