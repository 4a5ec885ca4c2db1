import { TektonError } from '../error.ts';
import { buildTaskGraph } from '../graph/task-graph.ts';
import { nearest } from '../manifest/suggest.ts';
import type { ParamSpec } from '../types/params.ts';
import type { Pipeline, PipelineSpec, PipelineTask } from '../types/pipeline.ts';
import { textsOf } from '../variables/reference.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors, requireLevel } from './field-error.ts';
import { validateMatrices } from './matrix.ts';
import { validateMetadata } from './names.ts';
import type { ValidationOptions } from './options.ts';
import { validatePipelineParamSpecs, validatePipelineParamUse } from './pipeline-params.ts';
import { validatePipelineTasks } from './pipeline-task.ts';
import {
  validateArtifactUse,
  validateChildResults,
  validateContextUse,
  validateFinalTasks,
  validatePrefixes,
  validateStatusUse,
} from './pipeline-variables.ts';
import { validateWhen } from './references.ts';
import { validateDeclaredUse } from './step-variables.ts';
import { expressionsIn, looksLikeResult, parseResult } from './substitution.ts';
import { mergedSteps } from './task.ts';

const sections = ['tasks', 'finally'] as const;

/**
 * A Pipeline, with Tekton's field paths and words. Call after `setDefaults`. An empty answer means valid.
 * @see https://tekton.dev/docs/pipelines/pipelines/
 */
export function validatePipeline(pipeline: Pipeline, options: ValidationOptions = {}): FieldError[] {
  const findings = new Findings();
  const spec = pipeline.spec ?? {};
  const at = findings.at('spec');
  validateMetadata(pipeline.metadata, findings.at('metadata'));
  validatePipelineSpec(spec, options, at);
  validateParamUse(spec, at);
  for (const section of sections) validateWorkspaceUse(spec, section, at);
  return mergeFieldErrors(findings.errors);
}

/** What holds for every Pipeline spec, embedded in a run or another Pipeline or not. */
export function validatePipelineSpec(
  spec: PipelineSpec,
  options: ValidationOptions,
  findings: Findings,
): void {
  const flags = options.featureFlags ?? {};
  const { tasks = [], finally: finals = [], params = [] } = spec;
  if (isEmpty(spec)) {
    const fields = ['description', 'params', 'resources', 'tasks', 'workspaces'];
    findings.add('expected at least one, got none', fields);
  }
  for (const section of sections) {
    for (const [index, { taskRef }] of (spec[section] ?? []).entries()) {
      const at = findings.at(section, index).at('taskRef');
      if (taskRef?.resolver) requireLevel(at, 'taskref.resolver', 'beta', flags.enableApiFields);
      if ((taskRef?.params ?? []).length > 0)
        requireLevel(at, 'taskref.params', 'beta', flags.enableApiFields);
    }
  }
  const names = new Set<string>();
  validatePipelineTasks(tasks, 'tasks', names, options, findings);
  validatePipelineTasks(finals, 'finally', names, options, findings);
  validateGraph(tasks, findings);
  for (const section of sections) {
    validatePipelineParamSpecs(spec[section] ?? [], params, flags, findings.at(section), findings);
  }
  validateContextUse(spec, findings);
  validateStatusUse(spec, findings);
  validateWorkspaceDeclarations(spec, findings);
  validatePipelineResults(spec, findings);
  validateChildResults(spec, findings);
  if (finals.length > 0 && tasks.length === 0) {
    findings.invalid(`spec.tasks is empty but spec.finally has ${finals.length} tasks`, 'finally');
  }
  validateFinalTasks(spec, findings);
  for (const section of sections) {
    for (const [index, { when }] of (spec[section] ?? []).entries()) {
      validateWhen(when ?? [], flags, findings.at(section, index));
    }
  }
  validateArtifactUse(spec, flags.enableArtifacts, findings);
  for (const section of sections) validateMatrices(spec[section] ?? [], options, findings.at(section));
  validatePrefixes(spec, findings);
}

function isEmpty(spec: PipelineSpec): boolean {
  return Object.values(spec).every(
    (value) => value === undefined || value === '' || (Array.isArray(value) && value.length === 0),
  );
}

function validateGraph(tasks: readonly PipelineTask[], findings: Findings): void {
  try {
    buildTaskGraph(tasks);
  } catch (error) {
    if (!(error instanceof TektonError)) throw error;
    findings.invalid(error.message, 'tasks');
  }
}

/** Params that nobody declares, in a Pipeline that no run brings any to. */
function validateParamUse(spec: PipelineSpec, findings: Findings): void {
  const declared: readonly ParamSpec[] = spec.params ?? [];
  for (const section of sections) {
    for (const [index, { taskSpec }] of (spec[section] ?? []).entries()) {
      if (taskSpec === undefined) continue;
      const at = findings.within(section, index).within('taskSpec').called(findings.at(section, index).path);
      validateDeclaredUse(mergedSteps(taskSpec), [...(taskSpec.params ?? []), ...declared], at);
    }
    validatePipelineParamUse(spec[section] ?? [], declared, findings.at(section));
  }
}

function validateWorkspaceDeclarations(spec: PipelineSpec, findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, { name = '' }] of (spec.workspaces ?? []).entries()) {
    const at = findings.at('workspaces', index);
    if (name === '') at.invalid(`workspace ${index} has empty name`);
    if (seen.has(name)) at.invalid(`workspace with name ${JSON.stringify(name)} appears more than once`);
    seen.add(name);
  }
}

/** Workspaces that the tasks of a section pass on must be declared. */
function validateWorkspaceUse(
  spec: PipelineSpec,
  section: (typeof sections)[number],
  findings: Findings,
): void {
  const declared = new Set((spec.workspaces ?? []).map(({ name }) => name));
  for (const [index, task] of (spec[section] ?? []).entries()) {
    const names = new Set<string>();
    for (const [place, { name = '', workspace }] of (task.workspaces ?? []).entries()) {
      const at = findings.at(section, index).at('workspaces', place);
      if (names.has(name)) at.add(`workspace name ${JSON.stringify(name)} must be unique`);
      names.add(name);
      const wanted = workspace || name;
      if (declared.has(wanted)) continue;
      const near = nearest(wanted, declared);
      const hint = near === undefined ? undefined : `did you mean ${JSON.stringify(near)}?`;
      const message = `pipeline task ${JSON.stringify(task.name)} expects workspace with name ${JSON.stringify(wanted)} but none exists in pipeline spec`;
      at.add(`invalid value: ${message}`, [''], undefined, hint);
    }
  }
}

function validatePipelineResults(spec: PipelineSpec, findings: Findings): void {
  const names = {
    tasks: new Set((spec.tasks ?? []).map(({ name }) => name)),
    finally: new Set((spec.finally ?? []).map(({ name }) => name)),
  };
  for (const [index, { value }] of (spec.results ?? []).entries()) {
    const at = findings.at('results', index).at('value');
    const used = [...textsOf(value)].flatMap(expressionsIn);
    const wanted = 'expected pipeline results to be task result expressions but';
    if (used.length === 0) at.invalid(`${wanted} no expressions were found`);
    const results = used.filter(looksLikeResult);
    if (results.length === 0) at.invalid(`${wanted} an invalid expressions was found`);
    const parsed = results.flatMap((expression) => parseResult(expression) ?? []);
    if (parsed.length !== results.length) {
      const shown = parsed.map(({ task, result }) => `${task}.${result}`).join(' ');
      at.invalid(
        `expected all of the expressions [${results.join(' ')}] to be result expressions but only [${shown}] were`,
      );
    }
    if (typeof value === 'string' && !value.split('$').every((part) => part === '' || refersToTask(part))) {
      at.invalid('referencing a nonexistent task');
    }
  }

  function refersToTask(part: string): boolean {
    const expression = part.replace(/^\(/, '').replace(/\)$/, '');
    const reference = parseResult(expression);
    return reference !== undefined && names[reference.scope].has(reference.task);
  }
}
