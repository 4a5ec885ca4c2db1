import type { ContainerSpec } from '@assay/sandbox';
import {
  mergeReplacements,
  type Replacements,
  replaceList,
  replaceText,
  replaceWhen,
  type Step,
  type StepState,
  stepResults,
  whenAllows,
} from '@assay/tekton';

/** What the steps so far have written as results of their own, `$(steps.<step>.results.<result>)`. */
function replacementsOf(states: readonly StepState[]): Replacements {
  return mergeReplacements(...states.map(({ name, results }) => stepResults(name ?? '', results ?? [])));
}

/** The container with the results of earlier steps in its command line and environment. Values are untrusted text. */
export function withStepResults(container: ContainerSpec, states: readonly StepState[]): ContainerSpec {
  if (!states.some(({ results }) => results?.length)) return container;
  const replacements = replacementsOf(states);
  return {
    ...container,
    args: replaceList(container.args, replacements),
    env: Object.fromEntries(
      Object.entries(container.env).map(([name, value]) => [name, replaceText(value, replacements)]),
    ),
  };
}

/** False when a step's `when` says that it is to be skipped, now that the results of earlier steps are known. */
export function stepIsWanted(step: Pick<Step, 'when'>, states: readonly StepState[]): boolean {
  return step.when === undefined || whenAllows(replaceWhen(step.when, replacementsOf(states)));
}
