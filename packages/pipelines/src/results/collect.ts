import {
  type Artifacts,
  checkResults,
  parseArtifacts,
  parseResult,
  type ResultSpec,
  type RunResult,
  type StepState,
} from '@assay/tekton';
import {
  type AttemptLayout,
  stepArtifactsDirectory,
  stepResultsDirectory,
  taskArtifactsDirectory,
} from '../taskrun/layout.ts';
import { readResultFile } from './result-files.ts';

/** A Task's results as far as its steps have written them. */
export interface CollectedResults {
  /** In the order of the declarations; those not written are absent. Values are untrusted. */
  results: RunResult[];
  /** Why the TaskRun must fail although its steps did well; undefined when it need not. */
  problem?: string;
}

/** Reads the declared results, from their files or from the results of steps that they name. */
export function collectResults(
  layout: AttemptLayout,
  declared: readonly ResultSpec[],
  steps: readonly StepState[],
): CollectedResults {
  const results: RunResult[] = [];
  const refused: string[] = [];
  for (const spec of declared) {
    const lifted = spec.value === undefined ? undefined : liftStepResult(spec, steps);
    const read = spec.value === undefined ? readDeclared(layout.results, spec, refused) : lifted;
    if (read) results.push(read);
  }
  const checked = checkResults(declared, results);
  const problem = refused[0] ?? checked.problem?.message;
  return { results: checked.results, ...(problem !== undefined && { problem }) };
}

/** Puts the results that a step wrote for itself into its state. */
export function collectStepResults(
  layout: AttemptLayout,
  index: number,
  declared: readonly ResultSpec[],
  state: StepState,
): void {
  const directory = stepResultsDirectory(layout, index);
  const results = declared.flatMap((spec) => readDeclared(directory, spec, []) ?? []);
  if (results.length > 0) state.results = results;
}

/**
 * Puts the artifacts that a step names into its state.
 * @returns those that the whole Task names so far, and what is wrong with either file
 */
export function collectArtifacts(
  layout: AttemptLayout,
  index: number,
  state: StepState,
): { artifacts?: Artifacts; problem?: string } {
  const own = readArtifacts(stepArtifactsDirectory(layout, index));
  if (typeof own === 'object') Object.assign(state, own);
  const all = readArtifacts(taskArtifactsDirectory(layout));
  const problem = [own, all].find((read) => typeof read === 'string');
  return { ...(typeof all === 'object' && { artifacts: all }), ...(problem !== undefined && { problem }) };
}

function readArtifacts(directory: string): Artifacts | string | undefined {
  const file = readResultFile(directory, 'provenance.json');
  if (!file) return undefined;
  if ('refused' in file) return file.refused;
  return parseArtifacts(file.content) ?? 'the artifacts that a step wrote are not JSON of inputs and outputs';
}

function readDeclared(directory: string, spec: ResultSpec, refused: string[]): RunResult | undefined {
  const file = readResultFile(directory, spec.name);
  if (!file) return undefined;
  if ('refused' in file) {
    refused.push(file.refused);
    return undefined;
  }
  return parseResult(spec, file.content);
}

function liftStepResult(spec: ResultSpec, steps: readonly StepState[]): RunResult | undefined {
  const match = /^\$\(steps\.([^.]+)\.results\.([^.)]+)\)$/.exec(String(spec.value));
  if (!match) return undefined;
  const result = steps.find(({ name }) => name === match[1])?.results?.find(({ name }) => name === match[2]);
  return result && { ...result, name: spec.name };
}
