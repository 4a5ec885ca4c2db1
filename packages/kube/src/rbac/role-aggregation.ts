import { isDeepStrictEqual } from 'node:util';
import { type AnyObject, resourceId } from '../resource.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type ClusterRole, ClusterRoles, type LabelSelector, type PolicyRule } from './rbac-resources.ts';

/** True when the labels are what the selector asks for (Kubernetes' label selector requirements). */
function selects(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Record<string, string>,
): boolean {
  if (!Object.entries(matchLabels).every(([key, value]) => labels[key] === value)) return false;
  return matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key];
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}

/** The rules of all roles that one of the selectors picks, each rule once, in the order of the roles' names. */
export function aggregateRules(aggregate: ClusterRole, roles: readonly ClusterRole[]): PolicyRule[] {
  const selectors = aggregate.aggregationRule?.clusterRoleSelectors ?? [];
  const rules: PolicyRule[] = [];
  for (const role of roles) {
    if (role.metadata.name === aggregate.metadata.name) continue;
    if (!selectors.some((selector) => selects(selector, role.metadata.labels ?? {}))) continue;
    for (const rule of role.rules ?? []) {
      if (!rules.some((known) => isDeepStrictEqual(known, rule))) rules.push(rule);
    }
  }
  return rules;
}

/** Keeps the rules of aggregated ClusterRoles what the roles they select say. */
export class RoleAggregation {
  readonly #store: ObjectStore;
  readonly #onError: (error: unknown) => void;
  #scheduled = false;

  constructor(store: ObjectStore, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Told that some ClusterRole changed. */
  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#store.transact(() => this.#write()).catch(this.#onError);
    });
  }

  /** One pass; an aggregate of aggregates takes another, which this one's writes bring about. */
  #write(): void {
    const stored = [...this.#store.table.list(resourceId(ClusterRoles), undefined)];
    const roles = stored.map(({ body }) => JSON.parse(body) as ClusterRole);
    for (const [index, role] of roles.entries()) {
      if (!role.aggregationRule) continue;
      const rules = aggregateRules(role, roles);
      if (isDeepStrictEqual(rules, role.rules ?? [])) continue;
      this.#store.table.replace(stored[index]!, { ...role, rules } as unknown as AnyObject);
    }
  }
}
