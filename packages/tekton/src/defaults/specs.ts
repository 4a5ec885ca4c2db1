import { toParamValue, typeOfSpec } from '../params/value.ts';
import { typeOfResult } from '../results/parse.ts';
import type { Step } from '../types/containers.ts';
import type { Matrix, Param, ParamSpec, ResultSpec } from '../types/params.ts';
import type { PipelineSpec, PipelineTask } from '../types/pipeline.ts';
import type { StepActionSpec, TaskSpec } from '../types/task.ts';
import type { DefaultsConfig } from './config.ts';

type Reference = { name?: string | undefined; resolver?: string | undefined; kind?: string | undefined };

export function defaultParams(params: readonly Param[]): Param[] {
  return params.map((param) =>
    param.value === undefined ? param : { ...param, value: toParamValue(param.value) },
  );
}

function defaultProperties<T extends ParamSpec | ResultSpec>(spec: T): T {
  if (spec.properties === undefined) return spec;
  const properties = Object.fromEntries(
    Object.entries(spec.properties).map(([key, property]) => [
      key,
      { ...property, type: property.type || 'string' },
    ]),
  );
  return { ...spec, properties };
}

function defaultParamSpecs(specs: readonly ParamSpec[]): ParamSpec[] {
  return specs.map((spec) => {
    const copy = defaultProperties({ ...spec });
    if (copy.default !== undefined) copy.default = toParamValue(copy.default);
    return { ...copy, type: typeOfSpec(copy) };
  });
}

function defaultResults(results: readonly ResultSpec[]): ResultSpec[] {
  return results.map((result) => {
    const copy = defaultProperties({ ...result, type: typeOfResult(result) });
    if (copy.value !== undefined) copy.value = toParamValue(copy.value);
    return copy;
  });
}

/** A reference without name gets the configured resolver; one by name gets `kind: Task` where a kind applies. */
export function defaultReference<T extends Reference>(
  reference: T,
  config: DefaultsConfig,
  kind?: string,
): T {
  const copy: T = { ...reference };
  if (!copy.name && !copy.resolver && config.resolverType) copy.resolver = config.resolverType;
  if (kind !== undefined && !copy.resolver && !copy.kind) copy.kind = kind;
  return copy;
}

function defaultStep(step: Step, config: DefaultsConfig): Step {
  const copy: Step = { ...step };
  if (copy.params) copy.params = defaultParams(copy.params);
  if (copy.results) copy.results = defaultResults(copy.results);
  if (copy.ref) {
    copy.ref = defaultReference(copy.ref, config);
    if (copy.ref.params) copy.ref.params = defaultParams(copy.ref.params);
  }
  return copy;
}

export function defaultTaskSpec<T extends TaskSpec>(spec: T, config: DefaultsConfig = {}): T {
  const copy: T = { ...spec };
  if (copy.params) copy.params = defaultParamSpecs(copy.params);
  if (copy.results) copy.results = defaultResults(copy.results);
  if (copy.steps) copy.steps = copy.steps.map((step) => defaultStep(step, config));
  return copy;
}

export function defaultStepActionSpec(spec: StepActionSpec): StepActionSpec {
  const copy: StepActionSpec = { ...spec };
  if (copy.params) copy.params = defaultParamSpecs(copy.params);
  if (copy.results) copy.results = defaultResults(copy.results);
  return copy;
}

function defaultMatrix(matrix: Matrix): Matrix {
  const copy: Matrix = { ...matrix };
  if (copy.params) copy.params = defaultParams(copy.params);
  if (copy.include) {
    copy.include = copy.include.map((include) =>
      include.params ? { ...include, params: defaultParams(include.params) } : include,
    );
  }
  return copy;
}

function defaultPipelineTask(task: PipelineTask, config: DefaultsConfig): PipelineTask {
  const copy: PipelineTask = { ...task };
  if (copy.params) copy.params = defaultParams(copy.params);
  if (copy.matrix) copy.matrix = defaultMatrix(copy.matrix);
  if (copy.taskRef) {
    copy.taskRef = defaultReference(copy.taskRef, config, 'Task');
    if (copy.taskRef.params) copy.taskRef.params = defaultParams(copy.taskRef.params);
  }
  if (copy.taskSpec) copy.taskSpec = defaultTaskSpec(copy.taskSpec, config);
  if (copy.pipelineRef?.params) {
    copy.pipelineRef = { ...copy.pipelineRef, params: defaultParams(copy.pipelineRef.params) };
  }
  if (copy.pipelineSpec) copy.pipelineSpec = defaultPipelineSpec(copy.pipelineSpec, config);
  return copy;
}

export function defaultPipelineSpec(spec: PipelineSpec, config: DefaultsConfig = {}): PipelineSpec {
  const copy: PipelineSpec = { ...spec };
  if (copy.params) copy.params = defaultParamSpecs(copy.params);
  if (copy.tasks) copy.tasks = copy.tasks.map((task) => defaultPipelineTask(task, config));
  if (copy.finally) copy.finally = copy.finally.map((task) => defaultPipelineTask(task, config));
  if (copy.results) {
    copy.results = copy.results.map((result) =>
      result.value === undefined ? result : { ...result, value: toParamValue(result.value) },
    );
  }
  return copy;
}
