import { KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { type AnyObject, resourceId } from '../resource.ts';
import type { AccessRule, AccessTable, Field, ReservedField, Verb } from './access-table.ts';
import { changedFields, dropField, isWithin } from './field-change.ts';
import type { Identity } from './identity.ts';

/** What a caller wants to do. */
export interface Attempt {
  verb: Verb;
  resource: ResourceType;
  subresource?: 'status' | undefined;
  /** Absent for all namespaces, and for cluster-scoped resources. */
  namespace?: string | undefined;
  name?: string | undefined;
}

/** A permit: checks the change itself, once it is known. */
export type Permit = (change: { before: AnyObject | undefined; after: AnyObject }) => AnyObject;

/** Decides by an access table; nothing that the table does not permit is permitted. */
export class Authorizer {
  readonly #table: AccessTable;

  constructor(table: AccessTable) {
    this.#table = table;
  }

  /**
   * Throws `Forbidden`, in Kubernetes' words, unless the identity may make the attempt. For a write, pass what would be
   * written through the permit before it is stored: it throws when the change touches fields that the identity may
   * not change, and takes out what is dropped silently.
   */
  authorize(identity: Identity, attempt: Attempt): Permit {
    const rules = this.#table.rules.filter((rule) => permits(rule, identity, attempt));
    if (rules.length === 0) throw forbidden(identity, attempt);
    const limits = rules.every((rule) => rule.onlyFields)
      ? rules.flatMap((rule) => rule.onlyFields ?? [])
      : undefined;
    const reserved = this.#table.reserved.filter(
      (entry) =>
        !isSubject(entry.writers, identity) && matchesResource(entry.resources, attempt.resource, undefined),
    );
    if (attempt.subresource !== undefined) {
      for (const entry of reserved) {
        if (
          'subresource' in entry.field &&
          entry.field.subresource === attempt.subresource &&
          isWrite(attempt.verb)
        ) {
          throw forbidden(identity, attempt);
        }
      }
    }
    return ({ before, after }) => {
      const admitted = before ? after : admitNew(identity, attempt, reserved, after);
      if (before) {
        for (const { field } of reserved) {
          const [changed] = changedFields(before, admitted, field);
          if (changed !== undefined) throw forbiddenField(identity, attempt, changed);
        }
      }
      if (limits && !isWithin(before, admitted, limits)) throw forbidden(identity, attempt, describe(limits));
      return admitted;
    };
  }
}

function admitNew(
  identity: Identity,
  attempt: Attempt,
  reserved: ReservedField[],
  object: AnyObject,
): AnyObject {
  return reserved.reduce((admitted, { field, onCreate }) => {
    const [changed] = changedFields(undefined, admitted, field);
    if (changed === undefined) return admitted;
    if (onCreate === 'forbid') throw forbiddenField(identity, attempt, changed);
    return dropField(admitted, field);
  }, object);
}

function isWrite(verb: Verb): boolean {
  return verb !== 'get' && verb !== 'list' && verb !== 'watch';
}

function isSubject(subjects: readonly string[], identity: Identity): boolean {
  return subjects.some((subject) =>
    subject.startsWith('group:')
      ? identity.groups.includes(subject.slice('group:'.length))
      : subject === identity.name,
  );
}

function matchesResource(
  patterns: readonly string[],
  resource: ResourceType,
  subresource: string | undefined,
): boolean {
  return patterns.some((pattern) => {
    const slash = pattern.indexOf('/');
    const id = slash < 0 ? pattern : pattern.slice(0, slash);
    const sub = slash < 0 ? undefined : pattern.slice(slash + 1);
    if (sub !== '*' && sub !== subresource) return false;
    return (
      id === '*' || id === resourceId(resource) || (resource.group !== '' && id === `*.${resource.group}`)
    );
  });
}

function permits(rule: AccessRule, identity: Identity, attempt: Attempt): boolean {
  return (
    isSubject(rule.subjects, identity) &&
    (rule.verbs.includes('*') || rule.verbs.includes(attempt.verb)) &&
    matchesResource(rule.resources, attempt.resource, attempt.subresource)
  );
}

function refusal({ resource, name }: Attempt, why: string): KubeError {
  const subject = name ? `${resourceId(resource)} "${name}"` : resourceId(resource);
  return new KubeError('Forbidden', `${subject} is forbidden: ${why}`, {
    details: { ...(name && { name }), group: resource.group, kind: resource.plural },
  });
}

function forbidden(identity: Identity, attempt: Attempt, limits = ''): KubeError {
  const { verb, resource, subresource, namespace } = attempt;
  const path = subresource ? `${resource.plural}/${subresource}` : resource.plural;
  const scope =
    resource.namespaced && namespace ? ` in the namespace "${namespace}"` : ' at the cluster scope';
  const user = `User "${identity.name}" cannot ${verb} resource "${path}" in API group "${resource.group}"${scope}`;
  return refusal(attempt, limits ? `${user}: ${limits}` : user);
}

function forbiddenField(identity: Identity, attempt: Attempt, field: string): KubeError {
  return refusal(attempt, `User "${identity.name}" cannot change ${field}: it is reserved`);
}

function describe(fields: readonly Field[]): string {
  const names = fields.map((field) => {
    if ('annotationPrefix' in field) return `annotations under ${field.annotationPrefix}`;
    return 'finalizerPrefix' in field ? `finalizers under ${field.finalizerPrefix}` : field.subresource;
  });
  return `it may change only ${names.join(' and ')}`;
}
