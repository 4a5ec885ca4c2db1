import type { FeatureFlags } from '../defaults/config.ts';
import type { TaskRef } from '../types/params.ts';
import type { EmbeddedTask, PipelineTask } from '../types/pipeline.ts';
import type { Findings } from './field-error.ts';
import { requireLevel } from './field-error.ts';
import { isDnsLabel } from './names.ts';
import type { ValidationOptions } from './options.ts';
import { validatePipelineSpec } from './pipeline.ts';
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
  options: ValidationOptions,
  findings: Findings,
): void {
  for (const [index, task] of tasks.entries()) {
    const at = findings.at(section, index);
    const { name = '' } = task;
    if (!isDnsLabel(name)) at.add(`invalid value ${JSON.stringify(name)}`, ['name'], dnsDetails);
    if (names.has(name)) at.multipleOneOf('name');
    names.add(name);
    validatePipelineTask(task, options, at);
  }
}

function validatePipelineTask(task: PipelineTask, options: ValidationOptions, findings: Findings): void {
  const flags = options.featureFlags ?? {};
  validateRefOrSpec(task, flags, findings);
  if ((flags.disableInlineSpec ?? []).includes('pipeline')) {
    if (task.taskSpec) findings.disallowed('taskSpec');
    if (task.pipelineSpec) findings.disallowed('pipelineSpec');
  }
  if ((task.taskSpec?.steps ?? []).length > 0) {
    for (const field of ['apiVersion', 'kind'] as const) {
      if (!task.taskSpec?.[field]) continue;
      const path = `taskSpec.${field}`;
      findings.add(`${path} cannot be specified when using taskSpec.steps`, [path]);
    }
  }
  validateOnError(task, flags, findings);
  validateDuration(task.timeout, findings, 'timeout');
  if (isCustom(task)) {
    if (task.taskRef) validateCustom(task.taskRef, 'ref', findings.at('taskRef'));
    if (task.taskSpec) validateCustom(task.taskSpec, 'spec', findings.at('taskSpec'));
    return;
  }
  if (task.taskSpec) validateTaskSpec(task.taskSpec, flags, findings.at('taskSpec'));
  if (task.taskRef) validateReference(task.taskRef, flags, findings.at('taskRef'));
  if (task.pipelineRef) validateReference(task.pipelineRef, flags, findings.at('pipelineRef'));
  if (task.pipelineSpec) validatePipelineSpec(task.pipelineSpec, options, findings.at('pipelineSpec'));
}

/** A task that another controller runs: its kind is not Tekton's, or it names an apiVersion. */
export function isCustom({ taskRef, taskSpec }: Pick<PipelineTask, 'taskRef' | 'taskSpec'>): boolean {
  const custom = (source: TaskRef | EmbeddedTask | undefined) =>
    source !== undefined && (!taskKinds.has(source.kind ?? '') || Boolean(source.apiVersion));
  return custom(taskRef) || custom(taskSpec);
}

function validateRefOrSpec(task: PipelineTask, flags: FeatureFlags, findings: Findings): void {
  for (const field of ['pipelineRef', 'pipelineSpec'] as const) {
    if (task[field]) requireLevel(findings.at(field), field, 'alpha', flags.enableApiFields);
  }
  const fields = ['taskRef', 'taskSpec', 'pipelineRef', 'pipelineSpec'] as const;
  const present = fields.filter((field) => task[field] !== undefined);
  if (present.length > 1) findings.add('expected exactly one, got multiple', present);
  if (present.length > 0) return;
  findings.missingOneOf(...(flags.enableApiFields === 'alpha' ? fields : fields.slice(0, 2)));
}

function validateOnError(task: PipelineTask, flags: FeatureFlags, findings: Findings): void {
  const { onError = '' } = task;
  if (onError === '' || onError.startsWith('$(params')) return;
  requireLevel(findings.at('onError'), 'OnError', 'beta', flags.enableApiFields);
  if (onError !== 'continue' && onError !== 'stopAndFail') {
    findings.invalid(onError, 'OnError', 'PipelineTask OnError must be either "continue" or "stopAndFail"');
  }
  if (onError === 'continue' && (task.retries ?? 0) > 0) {
    findings
      .at('onError')
      .add('PipelineTask OnError cannot be set to "continue" when Retries is greater than 0', []);
  }
}

function validateCustom(
  { kind, apiVersion }: { kind?: string | undefined; apiVersion?: string | undefined },
  what: 'ref' | 'spec',
  findings: Findings,
): void {
  if (!kind) findings.invalid(`custom task ${what} must specify kind`, 'kind');
  if (!apiVersion) findings.invalid(`custom task ${what} must specify apiVersion`, 'apiVersion');
  else if (!/^[^/]+\/[^/]+$/.test(apiVersion)) {
    findings.invalid(
      `invalid apiVersion format ${JSON.stringify(apiVersion)}, must be in the format "group/version"`,
      'apiVersion',
    );
  }
}
