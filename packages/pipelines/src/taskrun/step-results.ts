import type { ContainerSpec } from '@assay/sandbox';
import {
  artifactReplacements,
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

/** What the steps so far have written as results and artifacts of their own, `$(steps.<step>.results.<result>)`. */
function replacementsOf(states: readonly StepState[]): Replacements {
  return mergeReplacements(
    ...states.map(({ name = '', results = [] }) => stepResults(name, results)),
    artifactsOf(states),
  );
}

function artifactsOf(states: readonly StepState[]): Replacements {
  return mergeReplacements(
    ...states.map(({ name, inputs = [], outputs = [] }) =>
      artifactReplacements(`steps.${name}`, { inputs, outputs }),
    ),
  );
}

/** A script with the artifacts of earlier steps in it; results are not replaced there. Values are untrusted text. */
export function withStepArtifacts(script: string, states: readonly StepState[]): string {
  return replaceText(script, artifactsOf(states));
}

/** The container with the results and artifacts of earlier steps in its command line and environment. Values are untrusted text. */
export function withStepResults(container: ContainerSpec, states: readonly StepState[]): ContainerSpec {
  if (!states.some((state) => state.results ?? state.inputs ?? state.outputs)) return container;
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
