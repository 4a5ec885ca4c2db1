import type { AnyObject } from '../resource.ts';
import type { PolicyRule, RoleBinding, RoleRef, Subject } from './rbac-resources.ts';

/** One subject's share of a binding. */
export interface BoundRole {
  /** `ClusterRoleBinding` or `RoleBinding`. */
  kind: string;
  name: string;
  /** Empty when the binding is for the whole cluster. */
  namespace: string;
  subject: Subject;
  roleRef: RoleRef;
}

/** What is granted to whom, kept beside the store so that each request need not read it. */
export class RoleIndex {
  readonly #roles = new Map<string, readonly PolicyRule[]>();
  readonly #bound = new Map<string, Map<string, BoundRole[]>>();
  /** The subjects of each binding, to forget them by. */
  readonly #subjects = new Map<string, string[]>();

  /** Takes in the present state of an object of the group, or its absence. */
  set(kind: string, namespace: string, name: string, object: AnyObject | undefined): void {
    if (kind === 'Role' || kind === 'ClusterRole') {
      const key = roleKey(kind, namespace, name);
      if (object) this.#roles.set(key, (object.rules as PolicyRule[] | null | undefined) ?? []);
      else this.#roles.delete(key);
      return;
    }
    const id = `${kind}/${namespace}/${name}`;
    for (const subject of this.#subjects.get(id) ?? []) {
      const bound = this.#bound.get(subject);
      bound?.delete(id);
      if (bound?.size === 0) this.#bound.delete(subject);
    }
    this.#subjects.delete(id);
    if (object) this.#bind(id, kind, namespace, name, object as unknown as RoleBinding);
  }

  /** The rules of the role a binding in this namespace refers to; undefined when there is no such role. */
  rulesOf(roleRef: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    return this.#roles.get(roleKey(roleRef.kind, namespace, roleRef.name));
  }

  /** The bindings of a subject that count in the namespace; in none, those for the whole cluster. */
  *boundTo(subject: string, namespace: string): Generator<BoundRole> {
    for (const shares of this.#bound.get(subject)?.values() ?? []) {
      for (const share of shares) {
        if (share.namespace === '' || share.namespace === namespace) yield share;
      }
    }
  }

  #bind(id: string, kind: string, namespace: string, name: string, binding: RoleBinding): void {
    const keys: string[] = [];
    for (const subject of binding.subjects ?? []) {
      const key = subjectKey(subject);
      if (key === undefined) continue;
      keys.push(key);
      const bound = this.#bound.get(key) ?? new Map<string, BoundRole[]>();
      this.#bound.set(key, bound);
      const share = { kind, name, namespace, subject, roleRef: binding.roleRef };
      bound.set(id, [...(bound.get(id) ?? []), share]);
    }
    this.#subjects.set(id, keys);
  }
}

function roleKey(kind: string, namespace: string, name: string): string {
  return kind === 'ClusterRole' ? name : `${namespace}/${name}`;
}

function subjectKey({ kind, name, namespace }: Subject): string | undefined {
  switch (kind) {
    case 'User':
      return userKey(name);
    case 'Group':
      return groupKey(name);
    case 'ServiceAccount':
      return userKey(`system:serviceaccount:${namespace ?? ''}:${name}`);
    default:
      return undefined;
  }
}

/** How a user is looked up in the index. */
export function userKey(name: string): string {
  return `user ${name}`;
}

export function groupKey(name: string): string {
  return `group ${name}`;
}
