import { userError } from '../conditions/messages.ts';
import { countCombinations } from '../matrix/combinations.ts';
import { artifactReplacements } from '../results/artifacts.ts';
import type { RunResult } from '../types/params.ts';
import type { PipelineTask } from '../types/pipeline.ts';
import {
  aggregateLengthReferences,
  artifactReferences,
  matrixLengthReferences,
  resultReferences,
} from '../variables/reference.ts';
import type { Replacements } from '../variables/replacements.ts';
import { ReplacementsBuilder } from '../variables/replacements.ts';
import type { TaskState } from './run-state.ts';
import { referringFields } from './task-graph.ts';

/** Why a task's references to results cannot be resolved. */
export interface UnresolvedReference {
  producer: string;
  message: string;
  /** True when the producer ended well, or its failure was to be ignored, and yet the result is not there. */
  missing: boolean;
}

const ended = (state: TaskState | undefined): boolean => state !== undefined && state.status !== 'Running';

/** What the results of one ended task are called in another: `$(tasks.<task>.results.<result>)` and its parts. */
export function resultReplacements(task: string, results: readonly RunResult[]): Replacements {
  const replacements = new ReplacementsBuilder();
  for (const result of results) replacements.value(`tasks.${task}.results`, result.name, result.value);
  return replacements;
}

/**
 * The replacements for all results that a task uses, or the first reference that has no value (yet): all or nothing,
 * as in Tekton.
 */
export function resolveResults(
  task: PipelineTask,
  states: ReadonlyMap<string, TaskState>,
  known: (name: string) => PipelineTask | undefined,
): { replacements: Replacements } | { unresolved: UnresolvedReference } {
  const rest = referringFields(task);
  const replacements = new ReplacementsBuilder();
  for (const reference of resultReferences(rest)) {
    const { producer, result } = reference;
    const fail = (message: string, missing: boolean) => ({ unresolved: { producer, message, missing } });
    if (known(producer) === undefined)
      return fail(`could not find task ${JSON.stringify(producer)} referenced by result`, false);
    const state = states.get(producer);
    if (state === undefined || !ended(state)) {
      return fail(`task ${JSON.stringify(producer)} referenced by result was not finished`, false);
    }
    const found = state.results.find((candidate) => candidate.name === result);
    if (found === undefined) {
      const message =
        state.status === 'Succeeded'
          ? `task ${JSON.stringify(producer)} completed successfully but did not emit the result ${JSON.stringify(result)}, which is referenced by task ${JSON.stringify(task.name)}`
          : userError(
              `Invalid task result reference: Could not find result with name ${result} for pipeline task ${producer}`,
            );
      return fail(message, true);
    }
    if (
      Array.isArray(found.value) &&
      reference.index !== undefined &&
      reference.index >= found.value.length
    ) {
      return fail(
        `array Result Index ${reference.index} for Task ${producer} Result ${result} is out of bound of size ${found.value.length}`,
        true,
      );
    }
    replacements.merge(resultReplacements(producer, [found]));
  }
  for (const { producer, result } of aggregateLengthReferences(rest)) {
    const value = states.get(producer)?.results.find((candidate) => candidate.name === result)?.value;
    if (Array.isArray(value))
      replacements.text(`tasks.${producer}.matrix.${result}.length`, String(value.length));
  }
  for (const producer of artifactReferences(rest)) {
    const { artifacts } = states.get(producer) ?? {};
    if (artifacts) replacements.merge(artifactReplacements(`tasks.${producer}`, artifacts));
  }
  for (const producer of matrixLengthReferences(rest)) {
    const { matrix } = known(producer) ?? {};
    const runs = states.get(producer)?.runs ?? (matrix && countCombinations(matrix));
    if (runs !== undefined) replacements.text(`tasks.${producer}.matrix.length`, String(runs));
  }
  return { replacements };
}
