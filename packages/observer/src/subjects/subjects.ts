import type { PipelineRun, RunResult, TaskRun } from '@assay/tekton';
import { mergeArtifacts } from '../dependencies/dependency.ts';
import {
  artifactOutputs,
  artifactPairs,
  buildArtifacts,
  type HintArtifact,
  hintedImages,
} from '../hints/artifacts.ts';
import type { HintImage } from '../hints/image-name.ts';
import type { Warn } from '../hints/warning.ts';
import type { RunFamily } from '../run/family.ts';

/** An artifact that a run made: a repository or a URI of the build's choice, and its digests. */
export interface Subject {
  name: string;
  digest: Record<string, string>;
}

/** Subjects of one run in the formats before v2alpha4: images, URI pairs, every structured output. */
export function allSubjects(results: readonly RunResult[], warn: Warn): Subject[] {
  return merge(
    [],
    [
      ...hintedImages(results, warn).map(imageSubject),
      ...artifactPairs(results, warn).map(artifactSubject),
      ...artifactOutputs(results, warn).map(artifactSubject),
    ],
  );
}

/** Subjects of one run's results in v2alpha4: what is marked as a build artifact, then images. */
export function builtSubjects(results: readonly RunResult[], warn: Warn): Subject[] {
  return merge(
    [],
    [...buildArtifacts(results, warn).map(artifactSubject), ...hintedImages(results, warn).map(imageSubject)],
  );
}

/** v2alpha4: step by step, then the task's own results. */
export function taskRunSubjects(run: TaskRun, warn: Warn): Subject[] {
  const steps = (run.status?.steps ?? []).flatMap((step) => builtSubjects(step.results ?? [], warn));
  return merge(merge([], steps), builtSubjects(run.status?.results ?? [], warn));
}

/** v2alpha4: the pipeline's results, then with deep inspection those of its TaskRuns. */
export function pipelineRunSubjects(
  family: RunFamily<PipelineRun>,
  deepInspection: boolean,
  warn: Warn,
): Subject[] {
  const own = builtSubjects(family.run.status?.results ?? [], warn);
  if (!deepInspection) return own;
  return family.executed.reduce((subjects, child) => merge(subjects, taskRunSubjects(child, warn)), own);
}

/** Formats before v2alpha4: with deep inspection the TaskRuns' subjects, then the pipeline's. */
export function allPipelineRunSubjects(
  family: RunFamily<PipelineRun>,
  deepInspection: boolean,
  warn: Warn,
): Subject[] {
  const own = allSubjects(family.run.status?.results ?? [], warn);
  if (!deepInspection) return own;
  const children = family.executed.reduce<Subject[]>(
    (subjects, child) => merge(subjects, allSubjects(child.status?.results ?? [], warn)),
    [],
  );
  return merge(children, own);
}

function merge(list: readonly Subject[], items: readonly Subject[]): Subject[] {
  return mergeArtifacts(list, items, (subject) => subject.name);
}

function imageSubject(image: HintImage): Subject {
  return { name: image.repository, digest: { sha256: image.digest.slice('sha256:'.length) } };
}

/** The digest's text goes in as the build wrote it. */
function artifactSubject(artifact: HintArtifact): Subject {
  const [algorithm = '', hex = ''] = artifact.digest.split(':');
  return { name: artifact.uri, digest: { [algorithm]: hex } };
}
