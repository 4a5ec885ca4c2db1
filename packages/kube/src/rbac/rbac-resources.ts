import type { KubeObject, ResourceType } from '../object.ts';
import { kindOf } from '../schema/metadata-schema.ts';
import { list, object, say, text, textMap } from '../schema/schema-shorthand.ts';
import { ageColumn, createdAtColumn } from '../table/age-column.ts';

export const rbacGroup = 'rbac.authorization.k8s.io';

/** Permits verbs on resources, or on paths; what no rule permits is not. */
export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** `rbac.authorization.k8s.io/v1` Role: rules within its namespace. */
export interface Role extends KubeObject {
  rules?: PolicyRule[] | null;
}

/** Rules for the whole cluster, or for the namespace of a RoleBinding that names it. */
export interface ClusterRole extends Role {
  /** The rules are those of the ClusterRoles selected, and are kept so by the store. */
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] };
}

/** `metav1.LabelSelector`. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface Subject {
  kind: 'User' | 'Group' | 'ServiceAccount';
  apiGroup?: string;
  name: string;
  /** Of a ServiceAccount. */
  namespace?: string;
}

export interface RoleRef {
  apiGroup: string;
  kind: 'Role' | 'ClusterRole';
  name: string;
}

/** Gives a role's rules to subjects, within its namespace. */
export interface RoleBinding extends KubeObject {
  subjects?: Subject[];
  roleRef: RoleRef;
}

/** Gives a ClusterRole's rules to subjects everywhere. */
export interface ClusterRoleBinding extends RoleBinding {}

const rules = say(
  'What the role permits.',
  list(
    object(
      {
        verbs: list(text),
        apiGroups: list(text),
        resources: list(text),
        resourceNames: list(text),
        nonResourceURLs: list(text),
      },
      ['verbs'],
    ),
  ),
);
const aggregationRule = object({
  clusterRoleSelectors: list(
    object({
      matchLabels: textMap,
      matchExpressions: list(object({ key: text, operator: text, values: list(text) }, ['key', 'operator'])),
    }),
  ),
});
const bindingFields = {
  subjects: say(
    'Who gets the role.',
    list(object({ kind: text, apiGroup: text, name: text, namespace: text }, ['kind', 'name'])),
  ),
  roleRef: say(
    'The role; it cannot be changed.',
    object({ apiGroup: text, kind: text, name: text }, ['kind', 'name']),
  ),
};
const roleColumn = {
  name: 'Role',
  type: 'string',
  cell: (binding: KubeObject) => {
    const { kind, name } = (binding as RoleBinding).roleRef;
    return `${kind}/${name}`;
  },
} as const;

const common = { group: rbacGroup, version: 'v1', hasStatus: false, strategicMerge: true } as const;
const schemaName = (kind: string) => `io.k8s.api.rbac.v1.${kind}`;

export const Roles: ResourceType<Role> = {
  ...common,
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  schema: kindOf(schemaName('Role'), 'Role permits things in its namespace.', { rules }),
  columns: [createdAtColumn],
};
export const RoleBindings: ResourceType<RoleBinding> = {
  ...common,
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  schema: kindOf(
    schemaName('RoleBinding'),
    'RoleBinding gives a role to subjects, in its namespace.',
    bindingFields,
    ['roleRef'],
  ),
  columns: [roleColumn, ageColumn],
};
export const ClusterRoles: ResourceType<ClusterRole> = {
  ...common,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  schema: kindOf(schemaName('ClusterRole'), 'ClusterRole permits things everywhere, or where it is bound.', {
    rules,
    aggregationRule,
  }),
  columns: [createdAtColumn],
};
export const ClusterRoleBindings: ResourceType<ClusterRoleBinding> = {
  ...common,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  schema: kindOf(
    schemaName('ClusterRoleBinding'),
    'ClusterRoleBinding gives a ClusterRole to subjects, everywhere.',
    bindingFields,
    ['roleRef'],
  ),
  columns: [roleColumn, ageColumn],
};

export const rbacResources: readonly ResourceType[] = [
  Roles,
  RoleBindings,
  ClusterRoles,
  ClusterRoleBindings,
];
