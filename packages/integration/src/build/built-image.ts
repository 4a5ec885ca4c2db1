import { isDigest, parseReference } from '@assay/oci';
import type { PipelineRun } from '@assay/tekton';
import { integrationLabels } from '../resources/labels.ts';

/** What a build run produced for its Component. All of it is the build's claim until its provenance is judged. */
export interface BuiltImage {
  application: string;
  component: string;
  /** By digest. */
  containerImage: string;
  git?: { url: string; revision: string };
  /** False for builds of pull requests: their images are no candidates. */
  pushed: boolean;
}

const pushEvents = new Set(['push', 'Push']);

/** Whether the run builds a Component, by its labels. */
export function isBuild(run: PipelineRun): boolean {
  const { labels = {} } = run.metadata;
  return (
    labels[integrationLabels.pipelineType] === 'build' &&
    Boolean(labels[integrationLabels.application] && labels[integrationLabels.component])
  );
}

/**
 * The image that a finished build named in its results `IMAGE_URL` and `IMAGE_DIGEST`.
 * @returns the image, or why there is none
 */
export function builtImage(run: PipelineRun): BuiltImage | { problem: string } {
  const { labels = {} } = run.metadata;
  const result = (name: string) => {
    const value = run.status?.results?.find((candidate) => candidate.name === name)?.value;
    return typeof value === 'string' ? value.trim() : '';
  };
  const url = result('IMAGE_URL');
  const digest = result('IMAGE_DIGEST');
  if (url === '') return { problem: 'the build has no result IMAGE_URL' };
  if (!isDigest(digest))
    return { problem: `the build's result IMAGE_DIGEST is no digest: ${JSON.stringify(digest)}` };
  let repository: string;
  try {
    ({ repository } = parseReference(url));
  } catch (error) {
    return { problem: `the build's result IMAGE_URL is no image: ${(error as Error).message}` };
  }
  const git = { url: result('CHAINS-GIT_URL'), revision: result('CHAINS-GIT_COMMIT') };
  const event = labels[integrationLabels.eventType];
  return {
    application: labels[integrationLabels.application]!,
    component: labels[integrationLabels.component]!,
    containerImage: `${repository}@${digest}`,
    ...(git.url !== '' && git.revision !== '' && { git }),
    pushed: event === undefined || pushEvents.has(event),
  };
}
