import type { FeatureFlags } from '../defaults/config.ts';
import { TektonError } from '../error.ts';
import { buildTaskGraph } from '../graph/task-graph.ts';
import { typeOfSpec } from '../params/value.ts';
import type { Param, ParamSpec, ParamValue } from '../types/params.ts';
import type { Pipeline, PipelineSpec, PipelineTask } from '../types/pipeline.ts';
import { parseResultReference, resultReferences, textsOf } from '../variables/reference.ts';
import type { FieldError } from './field-error.ts';
import { Findings, mergeFieldErrors, requireLevel } from './field-error.ts';
import { validateMatrices } from './matrix.ts';
import { validateMetadata } from './names.ts';
import { validateParamSpecs } from './params.ts';
import { validatePipelineTasks } from './pipeline-task.ts';
import { validateWhen } from './references.ts';
import type { ValidationOptions } from './task.ts';
import { validateDeclaredUse } from './task.ts';
import { checkIsolated, checkKnown, checkText } from './variable-rules.ts';

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
  validatePipelineSpec(spec, options.featureFlags ?? {}, at);
  validateParamUse(spec, spec.params ?? [], at);
  validateWorkspaceUse(spec, at);
  return mergeFieldErrors(findings.errors);
}

/** What holds for every Pipeline spec, embedded in a run or not. */
export function validatePipelineSpec(spec: PipelineSpec, flags: FeatureFlags, findings: Findings): void {
  const tasks = spec.tasks ?? [];
  const finals = spec.finally ?? [];
  if (Object.values(spec).every((value) => value === undefined || value === '' || isEmptyList(value))) {
    findings.add('expected at least one, got none', [
      'description',
      'params',
      'resources',
      'tasks',
      'workspaces',
    ]);
  }
  const names = new Set<string>();
  validatePipelineTasks(tasks, 'tasks', names, flags, findings);
  validatePipelineTasks(finals, 'finally', names, flags, findings);
  validateGraph(tasks, findings);
  validateParamSpecs(spec.params ?? [], flags, findings);
  validateWorkspaceDeclarations(spec, findings);
  validatePipelineResults(spec, findings);
  if (finals.length > 0 && tasks.length === 0) {
    findings.invalid(`spec.tasks is empty but spec.finally has ${finals.length} tasks`, 'finally');
  }
  for (const section of sections) {
    for (const [index, task] of (spec[section] ?? []).entries()) {
      const at = findings.at(section, index);
      const ref = task.taskRef;
      if (ref?.resolver) requireLevel(at, 'taskref.resolver', 'beta', flags.enableApiFields);
      validateWhen(task.when ?? [], flags, at);
      validateContextUse(task, at);
      validateVariables(task, section, spec, at);
    }
    validateMatrices(spec[section] ?? [], section, flags, findings);
  }
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function validateGraph(tasks: readonly PipelineTask[], findings: Findings): void {
  try {
    buildTaskGraph(tasks);
  } catch (error) {
    if (!(error instanceof TektonError)) throw error;
    findings.invalid(error.message, 'tasks');
  }
}

/** The texts of a PipelineTask in which variables are checked: params, matrix and when, with their places. */
function* taskTexts(
  task: PipelineTask,
  findings: Findings,
): Generator<{ text: string; at: Findings; list: boolean }> {
  const params = function* (list: readonly Param[], at: Findings) {
    for (const { name, value } of list) yield* valueTexts(value, at.at('params', name));
  };
  yield* params(task.params ?? [], findings);
  yield* params(task.matrix?.params ?? [], findings.at('matrix'));
  for (const [index, include] of (task.matrix?.include ?? []).entries()) {
    yield* params(include.params ?? [], findings.at('matrix').at('include', index));
  }
  for (const [index, when] of (task.when ?? []).entries()) {
    const at = findings.at('when', index);
    if (when.input !== undefined) yield { text: when.input, at: at.at('input'), list: true };
    for (const text of when.values ?? []) yield { text, at: at.at('values'), list: true };
  }
}

function* valueTexts(value: ParamValue | undefined, at: Findings) {
  if (value === undefined) return;
  if (Array.isArray(value)) {
    for (const [index, text] of value.entries()) yield { text, at: at.at('value', index), list: true };
  } else if (typeof value === 'object') {
    for (const [key, text] of Object.entries(value)) yield { text, at: at.at('value').at(key), list: false };
  } else yield { text: value, at: at.at('value'), list: /^\$\([^()]*\[\*\]\)$/.test(value) };
}

/**
 * Uses of params that nobody declares. `specs` are those of the Pipeline and, in a run with an embedded spec, those
 * the run brings.
 */
export function validateParamUse(spec: PipelineSpec, specs: readonly ParamSpec[], findings: Findings): void {
  const known = new Set(specs.map(({ name }) => name));
  const arrays = new Set(specs.filter((param) => typeOfSpec(param) === 'array').map(({ name }) => name));
  const objects = specs.filter((param) => typeOfSpec(param) === 'object');
  for (const section of sections) {
    for (const [index, task] of (spec[section] ?? []).entries()) {
      for (const { text, at, list } of taskTexts(task, findings.at(section, index))) {
        checkKnown(text, 'params', known, at);
        if (list) checkIsolated(text, 'params', arrays, at);
        else checkText(text, 'params', arrays, at);
        for (const { name, properties } of objects) {
          checkKnown(text, `params.${name}`, new Set(Object.keys(properties ?? {})), at);
        }
      }
      if (task.taskSpec === undefined) continue;
      const own = task.taskSpec.params ?? [];
      const passed = (task.params ?? []).map(({ name }) => name);
      const visible = [...own, ...specs.filter(({ name }) => !own.some((param) => param.name === name))];
      const extra = passed
        .filter((name) => !visible.some((param) => param.name === name))
        .map((name) => ({ name }));
      validateDeclaredUse(
        task.taskSpec.steps ?? [],
        [...visible, ...extra],
        findings.at(section, index).at('taskSpec'),
      );
    }
  }
}

function validateContextUse(task: PipelineTask, findings: Findings): void {
  for (const { text, at } of taskTexts(task, findings)) {
    checkKnown(text, 'context.pipelineRun', new Set(['name', 'namespace', 'uid']), at);
    checkKnown(text, 'context.pipeline', new Set(['name']), at);
    checkKnown(text, 'context.pipelineTask', new Set(['retries']), at);
  }
}

const plainVariable = /\$\(([_a-zA-Z0-9.-]+(?:\[(?:[0-9]+|\*)\])?)\)/g;
const prefixes = new Set(['params', 'tasks', 'finally', 'context', 'workspaces', 'results']);

function validateVariables(
  task: PipelineTask,
  section: string,
  spec: PipelineSpec,
  findings: Findings,
): void {
  if (section === 'finally' && (task.runAfter ?? []).length > 0) {
    findings.invalid(
      `no runAfter allowed under spec.finally, final task ${task.name} has runAfter specified`,
    );
  }
  const tasks = new Set((spec.tasks ?? []).map(({ name }) => name));
  const finals = new Set((spec.finally ?? []).map(({ name }) => name));
  for (const { text, at } of taskTexts(task, findings)) {
    for (const [, expression = ''] of text.matchAll(plainVariable)) {
      if (!prefixes.has(expression.split('.')[0] as string)) {
        at.invalid(
          `invalid variable reference "$(${expression})", must start with a valid prefix: params, tasks, finally, context, workspaces, or results; if you meant a shell variable, use \${VAR} instead`,
        );
        continue;
      }
      const producer = parseResultReference(expression)?.producer;
      if (producer !== undefined) {
        if (section === 'finally') validateFinalReference(producer, tasks, finals, at);
        continue;
      }
      validateStatusUse(expression, section, tasks, at);
    }
  }
}

function validateFinalReference(
  producer: string,
  tasks: ReadonlySet<string>,
  finals: ReadonlySet<string>,
  findings: Findings,
): void {
  if (finals.has(producer)) {
    findings.invalid(
      `invalid task result reference, final task has task result reference from a final task ${producer}`,
    );
  } else if (!tasks.has(producer)) {
    findings.invalid(
      `invalid task result reference, final task has task result reference from a task ${producer} which is not defined in the pipeline`,
    );
  }
}

function validateStatusUse(
  expression: string,
  section: string,
  tasks: ReadonlySet<string>,
  findings: Findings,
): void {
  const match = /^tasks\.(?:([^.]+)\.)?(status|reason)$/.exec(expression);
  if (match === null) return;
  if (section === 'tasks') {
    findings.invalid(
      'pipeline tasks can not refer to execution status of any other pipeline task or aggregate status of tasks',
    );
  } else if (match[1] !== undefined && !tasks.has(match[1])) {
    findings.invalid(`pipeline task ${match[1]} is not defined in the pipeline`);
  }
}

function validateWorkspaceDeclarations(spec: PipelineSpec, findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, { name }] of (spec.workspaces ?? []).entries()) {
    const at = findings.at('workspaces', index);
    if (!name) at.invalid(`workspace ${index} has empty name`);
    if (seen.has(name)) at.invalid(`workspace with name ${JSON.stringify(name)} appears more than once`);
    seen.add(name);
  }
}

/** Workspaces that tasks pass on must be declared. */
export function validateWorkspaceUse(spec: PipelineSpec, findings: Findings): void {
  const declared = new Set((spec.workspaces ?? []).map(({ name }) => name));
  for (const section of sections) {
    for (const [index, task] of (spec[section] ?? []).entries()) {
      const names = new Set<string>();
      for (const [place, { name, workspace }] of (task.workspaces ?? []).entries()) {
        const at = findings.at(section, index).at('workspaces', place);
        if (names.has(name)) at.add(`workspace name ${JSON.stringify(name)} must be unique`);
        names.add(name);
        const wanted = workspace || name;
        if (declared.has(wanted)) continue;
        at.invalid(
          `pipeline task ${JSON.stringify(task.name)} expects workspace with name ${JSON.stringify(wanted)} but none exists in pipeline spec`,
        );
      }
    }
  }
}

function validatePipelineResults(spec: PipelineSpec, findings: Findings): void {
  const names = { tasks: spec.tasks ?? [], finally: spec.finally ?? [] };
  for (const [index, { value }] of (spec.results ?? []).entries()) {
    const at = findings.at('results', index).at('value');
    const found = [...textsOf(value)].flatMap((text) => [...text.matchAll(/\$\(([^()]+)\)/g)]);
    const references = [...resultReferences(value, 'tasks'), ...resultReferences(value, 'finally')];
    if (found.length === 0) {
      at.invalid('expected pipeline results to be task result expressions but no expressions were found');
    }
    if (references.length === 0) {
      at.invalid(
        'expected pipeline results to be task result expressions but an invalid expressions was found',
      );
    }
    const exists = ({ scope, producer }: (typeof references)[number]) =>
      names[scope === 'finally' ? 'finally' : 'tasks'].some(({ name }) => name === producer);
    if (!references.every(exists)) at.invalid('referencing a nonexistent task');
  }
}
