import type { AccessRequest } from '../access/access-request.ts';
import { allGroups, type Identity } from '../access/identity.ts';
import { KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { type AnyObject, resourceId } from '../resource.ts';
import { compactRules, describeRule, uncoveredRules } from './policy-rule.ts';
import type { RbacPolicy } from './rbac-policy.ts';
import { type ClusterRole, type PolicyRule, type RoleBinding, rbacGroup } from './rbac-resources.ts';

export interface EscalationCheck {
  policy: RbacPolicy;
  /** Whether the identity may do something, by whatever grants it. */
  allowed(identity: Identity, request: AccessRequest): boolean;
}

/**
 * Nobody grants what he does not hold: a role may be written by whoever holds its rules or may `escalate` it, a binding by
 * whoever holds the role's rules or may `bind` it (Kubernetes' RBAC, "Privilege escalation prevention").
 * @throws KubeError Forbidden, or NotFound for a binding to a role that does not exist
 */
export function refuseEscalation(
  identity: Identity,
  resource: ResourceType,
  change: { before: AnyObject | undefined; after: AnyObject },
  check: EscalationCheck,
): void {
  if (resource.group !== rbacGroup || allGroups(identity).includes('system:masters')) return;
  const { before, after } = change;
  const { name = '', namespace = '' } = after.metadata;
  const can = (verb: string, plural: string, of: string) =>
    check.allowed(identity, { verb, group: rbacGroup, resource: plural, namespace, name: of });
  if (resource.kind === 'Role' || resource.kind === 'ClusterRole') {
    const role = after as unknown as ClusterRole;
    const old = before as unknown as ClusterRole | undefined;
    if (same(old?.rules, role.rules) && same(old?.aggregationRule, role.aggregationRule) && old) return;
    if (can('escalate', resource.plural, name)) return;
    // Whoever aggregates can come to hold anything.
    const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
    const wanted = role.aggregationRule ? [everything] : (role.rules ?? []);
    refuseUncovered(identity, resource, after, wanted, check.policy);
    return;
  }
  const { roleRef, subjects } = after as unknown as RoleBinding;
  const old = before as unknown as RoleBinding | undefined;
  if (old && same(old.roleRef, roleRef) && same(old.subjects, subjects)) return;
  const plural = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  if (can('bind', plural, roleRef.name)) return;
  const rules = check.policy.rulesOf(roleRef, namespace);
  if (!rules) {
    throw new KubeError('NotFound', `${plural}.${rbacGroup} "${roleRef.name}" not found`, {
      details: { name: roleRef.name, group: rbacGroup, kind: plural },
    });
  }
  refuseUncovered(identity, resource, after, rules, check.policy);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

function refuseUncovered(
  identity: Identity,
  resource: ResourceType,
  object: AnyObject,
  wanted: readonly PolicyRule[],
  policy: RbacPolicy,
): void {
  const { name = '', namespace = '' } = object.metadata;
  const missing = uncoveredRules(policy.rulesFor(identity, namespace), wanted);
  if (missing.length === 0) return;
  const groups = allGroups(identity)
    .map((group) => JSON.stringify(group))
    .join(' ');
  const list = compactRules(missing).map(describeRule).sort().join('\n');
  throw new KubeError(
    'Forbidden',
    `${resourceId(resource)} "${name}" is forbidden: user "${identity.name}" (groups=[${groups}]) is attempting to grant ` +
      `RBAC permissions not currently held:\n${list}`,
    { details: { name, group: resource.group, kind: resource.plural } },
  );
}
