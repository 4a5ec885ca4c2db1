import type { PipelineRun, RefSource, RunResult, TaskRun } from '@assay/tekton';
import { artifactInputs } from '../hints/artifacts.ts';
import { gitSource } from '../hints/git-source.ts';
import { parseHintDigest } from '../hints/hint-digest.ts';
import { quote, type Warn } from '../hints/warning.ts';
import type { RunFamily } from '../run/family.ts';
import { type Dependency, mergeDependencies } from './dependency.ts';

/** Images of the steps, as `oci://<repository>`; each once. */
export function stepImages(run: TaskRun, warn: Warn): Dependency[] {
  return images(run.status?.steps, 'step', warn);
}

/** Images of the sidecars, as `oci://<repository>`; each once. */
export function sidecarImages(run: TaskRun, warn: Warn): Dependency[] {
  return images(run.status?.sidecars, 'sidecar', warn);
}

/** An image that was never pulled has no ID: it took no part in the build, so it is left out and reported. */
function images(
  states: readonly { name?: string; imageID?: string }[] | undefined,
  what: string,
  warn: Warn,
): Dependency[] {
  const found = (states ?? []).flatMap((state) => {
    const image = imageDependency(state.imageID ?? '');
    if (image !== undefined) return [image];
    warn({
      name: `${what} ${state.name ?? ''}`,
      message: `image ID ${quote(state.imageID ?? '')} names no digest`,
    });
    return [];
  });
  return mergeDependencies([], found);
}

function imageDependency(imageId: string): Dependency | undefined {
  const parts = imageId.split('@');
  const digest = (parts[1] ?? '').split(':');
  if (parts.length !== 2 || digest.length !== 2) return undefined;
  const uri = (parts[0] ?? '').replace(/^docker-pullable:\/\//, '');
  return { uri: `oci://${uri}`, digest: { [digest[0] ?? '']: digest[1] ?? '' } };
}

/** Where a definition came from, as a dependency. */
export function refSourceDependency(source: RefSource): Dependency {
  return { uri: source.uri ?? '', digest: { ...source.digest } };
}

/** `*ARTIFACT_INPUTS` results as dependencies. */
export function inputDependencies(results: readonly RunResult[], warn: Warn): Dependency[] {
  const found = artifactInputs(results, warn).flatMap(({ uri, digest }) => {
    const parsed = parseHintDigest(digest);
    return parsed === undefined ? [] : [{ uri, digest: { [parsed.algorithm]: parsed.hex } }];
  });
  return mergeDependencies([], found);
}

/** What a TaskRun's params and results name as its inputs: the git source, then `*ARTIFACT_INPUTS`. */
export function taskRunInputs(run: TaskRun, warn: Warn): Dependency[] {
  const git = gitSource(
    { declared: run.status?.taskSpec?.params, params: run.spec?.params, results: run.status?.results },
    warn,
  );
  return mergeDependencies(
    git === undefined ? [] : [git],
    inputDependencies(run.status?.results ?? [], warn),
  );
}

/** What the step results of a TaskRun name as inputs: git sources step by step, then `*ARTIFACT_INPUTS` of all. */
export function stepInputs(run: TaskRun, warn: Warn): Dependency[] {
  const steps = run.status?.steps ?? [];
  const git = steps.flatMap((step) => gitSource({ results: step.results ?? [] }, warn) ?? []);
  const inputs = inputDependencies(
    steps.flatMap((step) => step.results ?? []),
    warn,
  );
  return mergeDependencies(mergeDependencies([], git), inputs);
}

/** What a PipelineRun's params and results name as inputs; with deep inspection also those of its TaskRuns. */
export function pipelineRunInputs(
  family: RunFamily<PipelineRun>,
  deepInspection: boolean,
  warn: Warn,
): Dependency[] {
  const { run } = family;
  let inputs = inputDependencies(run.status?.results ?? [], warn);
  if (deepInspection) {
    for (const child of family.executed) inputs = mergeDependencies(inputs, taskRunInputs(child, warn));
  }
  const git = gitSource(
    { declared: run.status?.pipelineSpec?.params, params: run.spec?.params, results: run.status?.results },
    warn,
  );
  return git === undefined ? inputs : mergeDependencies(inputs, [git]);
}

/** v0.2 materials of a TaskRun. */
export function taskRunMaterials(run: TaskRun, warn: Warn): Dependency[] {
  const parts = [stepImages(run, warn), sidecarImages(run, warn), taskRunInputs(run, warn)];
  return parts.reduce(mergeDependencies, []);
}

/** v0.2 materials of a PipelineRun. */
export function pipelineRunMaterials(
  family: RunFamily<PipelineRun>,
  deepInspection: boolean,
  warn: Warn,
): Dependency[] {
  const source = family.run.status?.provenance?.refSource;
  let materials = source === undefined ? [] : [refSourceDependency(source)];
  for (const child of family.executed) {
    materials = mergeDependencies(materials, stepImages(child, warn));
    materials = mergeDependencies(materials, sidecarImages(child, warn));
    const childSource = child.status?.provenance?.refSource;
    if (childSource !== undefined)
      materials = mergeDependencies(materials, [refSourceDependency(childSource)]);
  }
  return mergeDependencies(materials, pipelineRunInputs(family, deepInspection, warn));
}
