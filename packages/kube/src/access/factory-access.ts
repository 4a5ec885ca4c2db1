import type { AccessTable } from './access-table.ts';

/** What only the gate says of Konflux's objects. */
const judged = [
  'components.appstudio.redhat.com',
  'snapshots.appstudio.redhat.com',
  'releases.appstudio.redhat.com',
  'releaseplans.appstudio.redhat.com',
  'releaseplanadmissions.appstudio.redhat.com',
];
const runs = ['taskruns.tekton.dev', 'pipelineruns.tekton.dev', 'customruns.tekton.dev'];

/**
 * The access table of a factory on one machine. The build cannot write what the observer says of it: annotations
 * under `chains.tekton.dev/` are the observer's, and are dropped from new objects as Tekton's admission does; nor
 * can the observer, or a user, write what the runner says of a run.
 */
export const factoryAccess: AccessTable = {
  rules: [
    { subjects: ['group:system:masters'], verbs: ['*'], resources: ['*/*'], paths: ['*'] },
    { subjects: ['runner'], verbs: ['get', 'list', 'watch'], resources: ['*/*'] },
    {
      subjects: ['runner'],
      verbs: ['*'],
      resources: [
        '*.tekton.dev/*',
        '*.resolution.tekton.dev/*',
        '*.coordination.k8s.io/*',
        'configmaps/*',
        'events/*',
        'persistentvolumeclaims/*',
        'pods/*',
      ],
    },
    { subjects: ['observer'], verbs: ['get', 'list', 'watch'], resources: runs },
    {
      subjects: ['observer'],
      verbs: ['patch'],
      resources: runs,
      onlyFields: [{ annotationPrefix: 'chains.tekton.dev/' }, { finalizerPrefix: 'chains.tekton.dev/' }],
    },
    {
      subjects: ['gate'],
      verbs: ['get', 'list', 'watch'],
      resources: [...runs, '*.appstudio.redhat.com', 'namespaces'],
    },
    // The key that a policy names.
    { subjects: ['gate'], verbs: ['get'], resources: ['secrets'] },
    {
      subjects: ['gate'],
      verbs: ['create', 'update', 'patch'],
      resources: [...judged.map((resource) => `${resource}/*`), 'events'],
    },
    { subjects: ['gate'], verbs: ['create'], resources: ['pipelineruns.tekton.dev'] },
    {
      subjects: ['gate'],
      verbs: ['patch'],
      resources: ['pipelineruns.tekton.dev'],
      onlyFields: [
        { annotationPrefix: 'appstudio.openshift.io/' },
        { annotationPrefix: 'test.appstudio.openshift.io/' },
      ],
    },
  ],
  reserved: [
    {
      field: { annotationPrefix: 'chains.tekton.dev/' },
      resources: ['*'],
      writers: ['observer'],
      onCreate: 'drop',
    },
    { field: { subresource: 'status' }, resources: runs, writers: ['runner'], onCreate: 'drop' },
    { field: { subresource: 'status' }, resources: judged, writers: ['gate'], onCreate: 'drop' },
  ],
};
