/** Labels and annotations of Konflux's release service. */
export const releaseLabels = {
  autoRelease: 'release.appstudio.openshift.io/auto-release',
  /** `true` on a ReleasePlan: its author answers for what is released by it automatically. */
  standingAttribution: 'release.appstudio.openshift.io/standing-attribution',
  /** Who answers for a release; written at admission, and never by the requester. */
  author: 'release.appstudio.openshift.io/author',
  /** On a ReleasePlan: names its ReleasePlanAdmission. */
  releasePlanAdmission: 'release.appstudio.openshift.io/releasePlanAdmission',
  /** `true` on a ReleasePlanAdmission: nothing is released by it. */
  blockReleases: 'release.appstudio.openshift.io/block-releases',
  automated: 'release.appstudio.openshift.io/automated',
  snapshot: 'release.appstudio.openshift.io/snapshot',
  releasePlan: 'release.appstudio.openshift.io/releasePlan',
  /** On managed runs: the Release they are for. */
  name: 'release.appstudio.openshift.io/name',
  namespace: 'release.appstudio.openshift.io/namespace',
} as const;
