/** Konflux's API group. */
export const appstudioGroup = 'appstudio.redhat.com';

/** Labels by which Konflux's objects, and the runs about them, find each other. */
export const appstudioLabels = {
  application: 'appstudio.openshift.io/application',
  component: 'appstudio.openshift.io/component',
  snapshot: 'appstudio.openshift.io/snapshot',
  service: 'appstudio.openshift.io/service',
  buildPipelineRun: 'appstudio.openshift.io/build-pipelinerun',
  /** On runs: build, test, managed, tenant, final. */
  pipelineType: 'pipelines.appstudio.openshift.io/type',
} as const;
