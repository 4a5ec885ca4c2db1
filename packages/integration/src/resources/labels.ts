import { appstudioLabels } from '@assay/policy';

/** Labels and annotations that Konflux's integration service reads and writes. */
export const integrationLabels = {
  ...appstudioLabels,
  /** On Snapshots: component, group, override. */
  snapshotType: 'test.appstudio.openshift.io/type',
  /** On build runs: `push`, `pull_request`, ... as the git provider's event is called. */
  eventType: 'pipelinesascode.tekton.dev/event-type',
  commit: 'build.appstudio.redhat.com/commit_sha',
  /** On Components: when the build of the candidate began. */
  lastBuildTime: 'test.appstudio.openshift.io/lastbuilttime',
  /** On Snapshots: what became of the component's candidate. */
  addedToCandidateList: 'test.appstudio.openshift.io/added-to-global-candidate-list',
  /** On build runs: why there is no Snapshot. */
  snapshotCreationReport: 'test.appstudio.openshift.io/snapshot-creation-report',
  customPrefix: 'custom.appstudio.openshift.io/',
  /** Pipelines as Code's own prefix, and the one that its values are kept under on Snapshots. */
  pipelinesAsCodePrefix: 'pipelinesascode.tekton.dev/',
  testPrefix: 'pac.test.appstudio.openshift.io/',
} as const;
