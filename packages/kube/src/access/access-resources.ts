import type { DiscoveredResource } from '../discovery/discovered-resource.ts';

const reviews = (group: string, kinds: Record<string, string>): DiscoveredResource[] =>
  Object.entries(kinds).map(([kind, name]) => ({
    group,
    version: 'v1',
    name,
    singular: kind.toLowerCase(),
    namespaced: kind === 'LocalSubjectAccessReview',
    kind,
    verbs: ['create'],
  }));

/** What `addAccessRoutes` serves, for discovery to tell of. */
export const accessResources: readonly DiscoveredResource[] = [
  ...reviews('authorization.k8s.io', {
    LocalSubjectAccessReview: 'localsubjectaccessreviews',
    SelfSubjectAccessReview: 'selfsubjectaccessreviews',
    SelfSubjectRulesReview: 'selfsubjectrulesreviews',
    SubjectAccessReview: 'subjectaccessreviews',
  }),
  ...reviews('authentication.k8s.io', {
    SelfSubjectReview: 'selfsubjectreviews',
    TokenReview: 'tokenreviews',
  }),
  {
    group: '',
    version: 'v1',
    name: 'serviceaccounts/token',
    singular: '',
    namespaced: true,
    kind: 'TokenRequest',
    kindGroup: 'authentication.k8s.io',
    kindVersion: 'v1',
    verbs: ['create'],
  },
];
