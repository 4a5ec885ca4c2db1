import { isDeepStrictEqual } from 'node:util';
import type { Client } from '../client/client.ts';
import { isKubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { apiVersionOf } from '../resource.ts';
import { uncoveredRules } from './policy-rule.ts';
import {
  type ClusterRole,
  type ClusterRoleBinding,
  ClusterRoleBindings,
  ClusterRoles,
  type PolicyRule,
  rbacGroup,
  type Subject,
} from './rbac-resources.ts';

const read = ['get', 'list', 'watch'];
const write = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const all = [...write, ...read];

function rule(apiGroup: string, resources: string[], verbs: string[]): PolicyRule {
  return { apiGroups: [apiGroup], resources, verbs };
}

const bootstrapping = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const autoupdate = 'rbac.authorization.kubernetes.io/autoupdate';

function role(
  name: string,
  rules: PolicyRule[],
  more: { labels?: Record<string, string>; aggregate?: string[] } = {},
): ClusterRole {
  const { labels = {}, aggregate } = more;
  return {
    apiVersion: apiVersionOf(ClusterRoles),
    kind: 'ClusterRole',
    metadata: { name, labels: { ...bootstrapping, ...labels }, annotations: { [autoupdate]: 'true' } },
    ...(aggregate && {
      aggregationRule: {
        clusterRoleSelectors: aggregate.map((to) => ({ matchLabels: { [aggregateTo(to)]: 'true' } })),
      },
    }),
    rules,
  };
}

function aggregateTo(name: string): string {
  return `rbac.authorization.k8s.io/aggregate-to-${name}`;
}

function part(
  name: string,
  of: string[],
  rules: PolicyRule[],
  labels: Record<string, string> = {},
): ClusterRole {
  const to = Object.fromEntries(of.map((one) => [aggregateTo(one), 'true']));
  return role(name, rules, { labels: { ...labels, ...to } });
}

const viewable = [
  'configmaps',
  'persistentvolumeclaims',
  'persistentvolumeclaims/status',
  'pods',
  'serviceaccounts',
];
const tektonKinds = ['tasks', 'taskruns', 'pipelines', 'pipelineruns', 'runs', 'customruns', 'stepactions'];
const tektonLabels = {
  'app.kubernetes.io/instance': 'default',
  'app.kubernetes.io/part-of': 'tekton-pipelines',
};
const appstudioTenantKinds = ['applications', 'components', 'snapshots', 'releaseplans', 'releases'];
const appstudioManagedKinds = ['releaseplanadmissions', 'enterprisecontractpolicies'];
const health = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

/** The ClusterRoles of a Kubernetes cluster, for what is served here, and Tekton's additions to them. */
export const defaultClusterRoles: readonly ClusterRole[] = [
  role('cluster-admin', [rule('*', ['*'], ['*']), { nonResourceURLs: ['*'], verbs: ['*'] }]),
  role('system:discovery', [
    {
      nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...health],
      verbs: ['get'],
    },
  ]),
  role('system:public-info-viewer', [{ nonResourceURLs: health, verbs: ['get'] }]),
  role('system:monitoring', [
    {
      nonResourceURLs: [
        '/metrics',
        '/metrics/*',
        '/healthz',
        '/healthz/*',
        '/livez',
        '/livez/*',
        '/readyz',
        '/readyz/*',
      ],
      verbs: ['get'],
    },
  ]),
  role('system:basic-user', [
    rule('authorization.k8s.io', ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], ['create']),
    rule('authentication.k8s.io', ['selfsubjectreviews'], ['create']),
  ]),
  role('system:auth-delegator', [
    rule('authentication.k8s.io', ['tokenreviews'], ['create']),
    rule('authorization.k8s.io', ['subjectaccessreviews'], ['create']),
  ]),
  role('admin', [], { aggregate: ['admin'] }),
  role('edit', [], { aggregate: ['edit'], labels: { [aggregateTo('admin')]: 'true' } }),
  role('view', [], { aggregate: ['view'], labels: { [aggregateTo('edit')]: 'true' } }),
  part(
    'system:aggregate-to-admin',
    ['admin'],
    [
      rule('authorization.k8s.io', ['localsubjectaccessreviews'], ['create']),
      rule(rbacGroup, ['rolebindings', 'roles'], all),
    ],
  ),
  part(
    'system:aggregate-to-edit',
    ['edit'],
    [
      rule('', ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets'], read),
      rule('', ['serviceaccounts'], ['impersonate']),
      rule('', ['pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy'], write),
      rule('', ['pods/eviction', 'serviceaccounts/token'], ['create']),
      rule('', ['configmaps', 'events', 'persistentvolumeclaims', 'secrets', 'serviceaccounts'], write),
      rule('coordination.k8s.io', ['leases'], all),
    ],
  ),
  part(
    'system:aggregate-to-view',
    ['view'],
    [
      rule('', viewable, read),
      rule('', ['events', 'namespaces', 'namespaces/status', 'pods/log', 'pods/status'], read),
    ],
  ),
  part('tekton-aggregate-edit', ['edit', 'admin'], [rule('tekton.dev', tektonKinds, all)], tektonLabels),
  part('tekton-aggregate-view', ['view'], [rule('tekton.dev', tektonKinds, read)], tektonLabels),
  part(
    'appstudio-aggregate-edit',
    ['edit', 'admin'],
    [rule('appstudio.redhat.com', appstudioTenantKinds, all)],
  ),
  // Whoever may admit a release into a namespace administers it.
  part('appstudio-aggregate-admin', ['admin'], [rule('appstudio.redhat.com', appstudioManagedKinds, all)]),
  // Not part of any other: to push to a protected repository is given one by one.
  role('assay-registry-push', [rule('registry.assay.dev', ['protectedrepositories'], ['push'])]),
  part('assay-aggregate-view', ['view'], [rule('registry.assay.dev', ['protectedrepositories'], read)]),
  part(
    'appstudio-aggregate-view',
    ['view'],
    [rule('appstudio.redhat.com', [...appstudioTenantKinds, ...appstudioManagedKinds], read)],
  ),
];

function binding(name: string, ...groups: string[]): ClusterRoleBinding {
  return {
    apiVersion: apiVersionOf(ClusterRoleBindings),
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: bootstrapping, annotations: { [autoupdate]: 'true' } },
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
    subjects: groups.map((group): Subject => ({ apiGroup: rbacGroup, kind: 'Group', name: group })),
  };
}

export const defaultClusterRoleBindings: readonly ClusterRoleBinding[] = [
  binding('cluster-admin', 'system:masters'),
  binding('system:discovery', 'system:authenticated'),
  binding('system:basic-user', 'system:authenticated'),
  binding('system:public-info-viewer', 'system:authenticated', 'system:unauthenticated'),
  binding('system:monitoring', 'system:monitoring'),
];

/**
 * Creates the default roles and bindings that are missing, and gives back what was taken from those that are there,
 * unless their annotation `rbac.authorization.kubernetes.io/autoupdate` says `false` (Kubernetes' auto-reconciliation).
 */
export async function installDefaultRoles(client: Client): Promise<void> {
  const [roles, bindings] = await Promise.all([client.list(ClusterRoles), client.list(ClusterRoleBindings)]);
  const known = <T extends ClusterRole | ClusterRoleBinding>(items: readonly T[]) =>
    new Map(items.map((item) => [item.metadata.name, item]));
  const knownRoles = known(roles.items);
  const knownBindings = known(bindings.items);
  await Promise.all([
    ...defaultClusterRoles.map((wanted) =>
      ensure(client, ClusterRoles, knownRoles.get(wanted.metadata.name), wanted, completeRole),
    ),
    ...defaultClusterRoleBindings.map((wanted) =>
      ensure(client, ClusterRoleBindings, knownBindings.get(wanted.metadata.name), wanted, completeBinding),
    ),
  ]);
}

async function ensure<T extends ClusterRole | ClusterRoleBinding>(
  client: Client,
  resource: ResourceType<T>,
  present: T | undefined,
  wanted: T,
  complete: (present: T, wanted: T) => T,
): Promise<void> {
  if (!present) {
    await client.create(resource, structuredClone(wanted));
    return;
  }
  if (present.metadata.annotations?.[autoupdate] === 'false') return;
  const completed = complete(present, wanted);
  if (isDeepStrictEqual(completed, present)) return;
  await client.update(resource, completed).catch((error: unknown) => {
    if (!isKubeError(error, 'Conflict')) throw error;
  });
}

function completeRole(present: ClusterRole, wanted: ClusterRole): ClusterRole {
  const labels = { ...present.metadata.labels, ...wanted.metadata.labels };
  const metadata = { ...present.metadata, labels };
  if (wanted.aggregationRule) return { ...present, metadata, aggregationRule: wanted.aggregationRule };
  const missing = uncoveredRules(present.rules ?? [], wanted.rules ?? []);
  return { ...present, metadata, rules: [...(present.rules ?? []), ...missing] };
}

function completeBinding(present: ClusterRoleBinding, wanted: ClusterRoleBinding): ClusterRoleBinding {
  const subjects = present.subjects ?? [];
  const missing = (wanted.subjects ?? []).filter(
    ({ kind, name }) => !subjects.some((one) => one.kind === kind && one.name === name),
  );
  return { ...present, subjects: [...subjects, ...missing] };
}
