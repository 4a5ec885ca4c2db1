import { typeOfSpec, typeOfValue } from '../params/value.ts';
import type { Step } from '../types/containers.ts';
import type { Param, ParamSpec } from '../types/params.ts';
import type { PipelineRunSpec } from '../types/pipelinerun.ts';
import type { TaskRunSpec } from '../types/taskrun.ts';
import type { Findings } from './field-error.ts';
import type { ValidationOptions } from './options.ts';
import {
  validateNameFormats,
  validateParamEnums,
  validateParamTypes,
  validateUniqueSpecs,
} from './params.ts';
import { validatePipelineParamSpecs, validatePipelineParamUse } from './pipeline-params.ts';
import { validateArrayUse, validateDeclaredUse } from './step-variables.ts';
import { mergedSteps } from './task.ts';

type Known = Map<string, ParamSpec>;

/** A given param as if it had been declared. */
function specOf({ name, value }: Param): ParamSpec {
  const given = value ?? '';
  const type = typeOfValue(given);
  if (type !== 'object') return { name, type, default: given };
  const properties = Object.fromEntries(Object.keys(given).map((key) => [key, { type: 'string' }]));
  return { name, type, default: given, properties };
}

/** Adds a declaration to what is given; of an object both have to say its keys. */
function addDeclared(known: Known, spec: ParamSpec, findings: Findings): void {
  const given = known.get(spec.name);
  if (given === undefined) {
    known.set(spec.name, spec);
    return;
  }
  const chosen = spec.default;
  const objectDefault = typeof chosen === 'object' && !Array.isArray(chosen);
  if (spec.properties === undefined && (objectDefault || typeOfSpec(given) === 'object')) {
    findings.missing(`${spec.name}.properties`);
  } else if (typeOfSpec(given) === 'object') {
    known.set(spec.name, { ...given, properties: spec.properties });
  }
}

/** Adds what a task is given to what is known; an object may have keys in both. */
function addGiven(known: Known, param: Param): void {
  const before = known.get(param.name);
  const own = specOf(param);
  if (before === undefined) known.set(param.name, own);
  else if (own.properties !== undefined) {
    known.set(param.name, { ...before, properties: { ...before.properties, ...own.properties } });
  }
}

/** The params that a run gives, and those that its embedded spec declares. */
function knownParams(given: readonly Param[], declared: readonly ParamSpec[], findings: Findings): Known {
  const known: Known = new Map(given.map((param) => [param.name, specOf(param)]));
  for (const spec of declared) addDeclared(known, spec, findings);
  return known;
}

/** Steps with all the params that reach them; `findings` stands at the run's spec, as Tekton's paths do. */
function validateInlineSteps(
  steps: readonly Step[],
  specs: readonly ParamSpec[],
  options: ValidationOptions,
  findings: Findings,
): void {
  validateParamTypes(specs, findings);
  validateUniqueSpecs(specs, findings);
  validateParamEnums(specs, options.featureFlags ?? {}, findings);
  validateNameFormats(specs, findings);
  validateArrayUse(steps, specs, findings);
  validateDeclaredUse(steps, specs, findings);
}

/** The uses of params in an embedded Task, given those of the TaskRun. */
export function validateTaskRunParams(
  { taskSpec, params = [] }: TaskRunSpec,
  options: ValidationOptions,
  findings: Findings,
): void {
  if (taskSpec === undefined) return;
  const at = findings.within('taskSpec');
  const known = knownParams(params, taskSpec.params ?? [], at);
  if (taskSpec.steps !== undefined)
    validateInlineSteps(mergedSteps(taskSpec), [...known.values()], options, at);
}

/** The uses of params in an embedded Pipeline and in Tasks embedded in it, given those of the PipelineRun. */
export function validatePipelineRunParams(
  { pipelineSpec, params = [] }: PipelineRunSpec,
  options: ValidationOptions,
  findings: Findings,
): void {
  if (pipelineSpec === undefined) return;
  const inside = findings.within('pipelineSpec');
  const known = knownParams(params, pipelineSpec.params ?? [], inside);
  const tasks = pipelineSpec.tasks ?? [];
  for (const [index, task] of tasks.entries()) {
    for (const param of task.params ?? []) addGiven(known, param);
    const at = inside.within('tasks', index).within('taskSpec');
    for (const spec of task.taskSpec?.params ?? []) addDeclared(known, spec, at);
  }
  if (pipelineSpec.tasks === undefined) return;
  const specs = [...known.values()];
  for (const [index, { taskSpec }] of tasks.entries()) {
    if (taskSpec?.steps === undefined) continue;
    validateInlineSteps(
      mergedSteps(taskSpec),
      specs,
      options,
      inside.within('tasks', index).within('taskSpec'),
    );
  }
  const section = inside.within('tasks');
  validatePipelineParamSpecs(tasks, specs, options.featureFlags ?? {}, section, inside);
  validatePipelineParamUse(tasks, specs, section);
}
