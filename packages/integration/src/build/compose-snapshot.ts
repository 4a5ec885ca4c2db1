import type { Snapshot } from '@assay/policy';
import { appstudioGroup } from '@assay/policy';
import type { Component, GitSource } from '../resources/component.ts';
import { integrationLabels } from '../resources/labels.ts';
import type { BuiltImage } from './built-image.ts';

type SnapshotComponent = NonNullable<Snapshot['spec']['components']>[number];

/** What is taken over from the build run, and what it is called. */
export interface SnapshotOrigin {
  name: string;
  namespace: string;
  buildPipelineRun: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

/**
 * The Snapshot of an Application after a build: the candidate of each component, with the new image in its component's place. A
 * component that has no candidate yet is left out.
 */
export function composeSnapshot(
  built: BuiltImage,
  components: readonly Component[],
  origin: SnapshotOrigin,
): Snapshot {
  const others = components
    .filter(
      ({ metadata, spec }) => spec.application === built.application && metadata.name !== built.component,
    )
    .flatMap(candidateOf);
  const own: SnapshotComponent = {
    name: built.component,
    containerImage: built.containerImage,
    ...(built.git && { source: { git: built.git } }),
  };
  return {
    apiVersion: `${appstudioGroup}/v1alpha1`,
    kind: 'Snapshot',
    metadata: {
      name: origin.name,
      namespace: origin.namespace,
      labels: {
        ...takenOver(origin.labels),
        [integrationLabels.application]: built.application,
        [integrationLabels.component]: built.component,
        [integrationLabels.buildPipelineRun]: origin.buildPipelineRun,
        [integrationLabels.snapshotType]: 'component',
      },
      annotations: takenOver(origin.annotations),
    },
    spec: {
      application: built.application,
      components: [...others, own].sort((a, b) => (a.name < b.name ? -1 : 1)),
    },
  };
}

function candidateOf({ metadata, spec, status }: Component): SnapshotComponent[] {
  if (!status?.lastPromotedImage) return [];
  const git: GitSource | undefined = spec.source?.git;
  const revision = status.lastBuiltCommit ?? git?.revision;
  return [
    {
      name: metadata.name!,
      containerImage: status.lastPromotedImage,
      ...(git && revision && { source: { git: { url: git.url, revision } } }),
    },
  ];
}

/** Pipelines as Code's values under the prefix of tests, and the user's own. */
function takenOver(given: Readonly<Record<string, string>>): Record<string, string> {
  const { pipelinesAsCodePrefix, testPrefix, customPrefix } = integrationLabels;
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => {
      if (key.startsWith(pipelinesAsCodePrefix))
        return [[testPrefix + key.slice(pipelinesAsCodePrefix.length), value]];
      return key.startsWith(customPrefix) ? [[key, value]] : [];
    }),
  );
}
