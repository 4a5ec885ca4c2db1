import { type AccessRequest, type Decision, isPathRequest } from '../access/access-request.ts';
import { allGroups, type Identity } from '../access/identity.ts';
import { ruleAllows } from './policy-rule.ts';
import type { PolicyRule, RoleRef, Subject } from './rbac-resources.ts';
import { type BoundRole, groupKey, type RoleIndex, userKey } from './role-index.ts';

/** Decides by the roles and bindings of the store, as Kubernetes' RBAC authorizer does. */
export class RbacPolicy {
  readonly #index: RoleIndex;

  constructor(index: RoleIndex) {
    this.#index = index;
  }

  decide(identity: Identity, request: AccessRequest): Decision {
    const namespace = isPathRequest(request) ? '' : (request.namespace ?? '');
    for (const { rule, bound } of this.#grants(identity, namespace)) {
      if (ruleAllows(rule, request)) return { allowed: true, reason: `RBAC: allowed by ${describe(bound)}` };
    }
    return { allowed: false, reason: '' };
  }

  /** Every rule that the identity has in the namespace; in none, those for the whole cluster. */
  rulesFor(identity: Identity, namespace: string): PolicyRule[] {
    return Array.from(this.#grants(identity, namespace), ({ rule }) => rule);
  }

  /** The rules that a binding in the namespace would give; undefined when the role does not exist. */
  rulesOf(roleRef: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    return this.#index.rulesOf(roleRef, namespace);
  }

  *#grants(identity: Identity, namespace: string): Generator<{ rule: PolicyRule; bound: BoundRole }> {
    const subjects = [userKey(identity.name), ...allGroups(identity).map(groupKey)];
    for (const subject of subjects) {
      for (const bound of this.#index.boundTo(subject, namespace)) {
        for (const rule of this.#index.rulesOf(bound.roleRef, bound.namespace) ?? []) yield { rule, bound };
      }
    }
  }
}

function describe({ kind, name, namespace, roleRef, subject }: BoundRole): string {
  const binding = namespace === '' ? name : `${name}/${namespace}`;
  return `${kind} "${binding}" of ${roleRef.kind} "${roleRef.name}" to ${describeSubject(subject)}`;
}

function describeSubject({ kind, name, namespace }: Subject): string {
  return `${kind} "${kind === 'ServiceAccount' ? `${name}/${namespace}` : name}"`;
}
