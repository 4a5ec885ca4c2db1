import { KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { refuseEscalation } from '../rbac/escalation.ts';
import type { RbacPolicy } from '../rbac/rbac-policy.ts';
import type { PolicyRule } from '../rbac/rbac-resources.ts';
import { type AnyObject, resourceId } from '../resource.ts';
import { type AccessRequest, type Decision, describeRefusal, isPathRequest } from './access-request.ts';
import type { AccessRule, AccessTable, Field, ReservedField, Verb } from './access-table.ts';
import { changedFields, dropField, isWithin } from './field-change.ts';
import { allGroups, type Identity } from './identity.ts';

/** What a caller wants to do. */
export interface Attempt {
  verb: Verb;
  resource: ResourceType;
  subresource?: string | undefined;
  /** Absent for all namespaces, and for cluster-scoped resources. */
  namespace?: string | undefined;
  name?: string | undefined;
}

/** A permit: checks the change itself, once it is known. */
export type Permit = (change: { before: AnyObject | undefined; after: AnyObject }) => AnyObject;

/**
 * Decides by an access table, and by the roles of the store where there are some; what neither permits is not permitted,
 * and what the table reserves is nobody else's.
 */
export class Authorizer {
  readonly #table: AccessTable;
  readonly #rbac: RbacPolicy | undefined;

  constructor(table: AccessTable, rbac?: RbacPolicy) {
    this.#table = table;
    this.#rbac = rbac;
  }

  /** Answers without throwing, as an access review does. The request may be anybody's. */
  decide(identity: Identity, request: AccessRequest): Decision {
    const reservedFor = isPathRequest(request) ? undefined : this.#reservedSubresource(identity, request);
    if (reservedFor) return { allowed: false, reason: reservedFor };
    if (this.#tableRules(identity, request).length > 0)
      return { allowed: true, reason: 'the factory permits it' };
    return this.#rbac?.decide(identity, request) ?? { allowed: false, reason: '' };
  }

  /**
   * Throws `Forbidden`, in Kubernetes' words, unless the identity may make the attempt. For a write, pass what would be
   * written through the permit before it is stored: it throws when the change touches fields that the identity may
   * not change, or grants what it does not hold, and takes out what is dropped silently.
   */
  authorize(identity: Identity, attempt: Attempt): Permit {
    const { resource, ...rest } = attempt;
    const request = { ...rest, group: resource.group, resource: resource.plural };
    const rules = this.#tableRules(identity, request);
    const limited = rules.every((rule) => rule.onlyFields);
    const byRole = limited && (this.#rbac?.decide(identity, request).allowed ?? false);
    if (rules.length === 0 && !byRole) throw forbidden(identity, attempt);
    const limits = limited && !byRole ? rules.flatMap((rule) => rule.onlyFields ?? []) : undefined;
    const reservedFor = this.#reservedSubresource(identity, request);
    if (reservedFor) throw forbidden(identity, attempt, reservedFor);
    const reserved = this.#reservedFields(identity, request);
    return ({ before, after }) => {
      const admitted = before ? after : admitNew(identity, attempt, reserved, after);
      if (before) {
        for (const { field, writers } of reserved) {
          const [changed] = changedFields(before, admitted, field);
          if (changed !== undefined) throw forbiddenField(identity, attempt, changed, writers);
        }
      }
      if (limits && !isWithin(before, admitted, limits)) throw forbidden(identity, attempt, describe(limits));
      if (this.#rbac) {
        const allowed = (who: Identity, wanted: AccessRequest) => this.decide(who, wanted).allowed;
        refuseEscalation(identity, resource, { before, after: admitted }, { policy: this.#rbac, allowed });
      }
      return admitted;
    };
  }

  /** Throws `Forbidden` unless the identity may do this. For what is no write of an object. */
  require(identity: Identity, request: AccessRequest): void {
    const { allowed, reason } = this.decide(identity, request);
    if (allowed) return;
    const refusal = describeRefusal(identity.name, request) + (reason ? `: ${reason}` : '');
    if (isPathRequest(request)) throw new KubeError('Forbidden', `forbidden: ${refusal}`, { details: {} });
    const { group, resource, name } = request;
    const id = group === '' ? resource : `${resource}.${group}`;
    throw new KubeError('Forbidden', `${id}${name ? ` "${name}"` : ''} is forbidden: ${refusal}`, {
      details: { ...(name && { name }), group, kind: resource },
    });
  }

  /** What the identity may do in a namespace, as rules; reserved fields aside. */
  rulesFor(identity: Identity, namespace: string): PolicyRule[] {
    const fromTable = this.#table.rules
      .filter((rule) => isSubject(rule.subjects, identity))
      .flatMap(asPolicyRules);
    return [...fromTable, ...(this.#rbac?.rulesFor(identity, namespace) ?? [])];
  }

  #tableRules(identity: Identity, request: AccessRequest): AccessRule[] {
    return this.#table.rules.filter((rule) => permits(rule, identity, request));
  }

  #reservedFields(identity: Identity, request: { group: string; resource: string }): ReservedField[] {
    return this.#table.reserved.filter(
      (entry) => !isSubject(entry.writers, identity) && matchesResource(entry.resources, request, undefined),
    );
  }

  /** Whose a subresource is that the request would write; undefined when anybody's. */
  #reservedSubresource(
    identity: Identity,
    request: { verb: string; group: string; resource: string; subresource?: string | undefined },
  ): string | undefined {
    if (request.subresource === undefined || !isWrite(request.verb)) return undefined;
    const entry = this.#reservedFields(identity, request).find(
      ({ field }) => 'subresource' in field && field.subresource === request.subresource,
    );
    return entry && onlyWriters(entry.writers);
  }
}

/** A rule of the table in RBAC's terms. */
function asPolicyRules({ verbs, resources, paths }: AccessRule): PolicyRule[] {
  const ofResources = resources.map((pattern): PolicyRule => {
    const id = pattern.replace(/\/.*/, '');
    const dot = id.indexOf('.');
    const group = id === '*' ? '*' : dot < 0 ? '' : id.slice(dot + 1);
    return { verbs: [...verbs], apiGroups: [group], resources: [dot < 0 ? id : id.slice(0, dot)] };
  });
  return paths ? [...ofResources, { verbs: [...verbs], nonResourceURLs: [...paths] }] : ofResources;
}

function onlyWriters(writers: readonly string[]): string {
  return `only the ${writers.join(' and the ')} may write it, whatever roles say`;
}

function admitNew(
  identity: Identity,
  attempt: Attempt,
  reserved: ReservedField[],
  object: AnyObject,
): AnyObject {
  return reserved.reduce((admitted, { field, onCreate, writers }) => {
    const [changed] = changedFields(undefined, admitted, field);
    if (changed === undefined) return admitted;
    if (onCreate === 'forbid') throw forbiddenField(identity, attempt, changed, writers);
    return dropField(admitted, field);
  }, object);
}

function isWrite(verb: string): boolean {
  return verb !== 'get' && verb !== 'list' && verb !== 'watch';
}

function isSubject(subjects: readonly string[], identity: Identity): boolean {
  return subjects.some((subject) =>
    subject.startsWith('group:')
      ? allGroups(identity).includes(subject.slice('group:'.length))
      : subject === identity.name,
  );
}

function matchesResource(
  patterns: readonly string[],
  { group, resource }: { group: string; resource: string },
  subresource: string | undefined,
): boolean {
  const wanted = group === '' ? resource : `${resource}.${group}`;
  return patterns.some((pattern) => {
    const slash = pattern.indexOf('/');
    const id = slash < 0 ? pattern : pattern.slice(0, slash);
    const sub = slash < 0 ? undefined : pattern.slice(slash + 1);
    if (sub !== '*' && sub !== subresource) return false;
    return id === '*' || id === wanted || (group !== '' && id === `*.${group}`);
  });
}

function permits(rule: AccessRule, identity: Identity, request: AccessRequest): boolean {
  if (!isSubject(rule.subjects, identity)) return false;
  if (!rule.verbs.includes('*') && !(rule.verbs as readonly string[]).includes(request.verb)) return false;
  if (isPathRequest(request))
    return rule.paths?.some((path) => path === '*' || path === request.path) ?? false;
  return matchesResource(rule.resources, request, request.subresource);
}

function refusal({ resource, name }: Attempt, why: string, hint?: string): KubeError {
  const subject = name ? `${resourceId(resource)} "${name}"` : resourceId(resource);
  return new KubeError('Forbidden', `${subject} is forbidden: ${why}`, {
    details: { ...(name && { name }), group: resource.group, kind: resource.plural },
    ...(hint !== undefined && { hint }),
  });
}

function forbidden(identity: Identity, attempt: Attempt, limits = ''): KubeError {
  const { resource, namespace, ...rest } = attempt;
  const why = describeRefusal(identity.name, {
    ...rest,
    group: resource.group,
    resource: resource.plural,
    namespace: resource.namespaced ? namespace : '',
  });
  return refusal(attempt, limits ? `${why}: ${limits}` : why);
}

function forbiddenField(
  identity: Identity,
  attempt: Attempt,
  field: string,
  writers: readonly string[],
): KubeError {
  const why = `User "${identity.name}" cannot change ${field}: it is reserved`;
  return refusal(attempt, why, `${onlyWriters(writers)}; leave the field as it is`);
}

function describe(fields: readonly Field[]): string {
  const names = fields.map((field) => {
    if ('annotationPrefix' in field) return `annotations under ${field.annotationPrefix}`;
    return 'finalizerPrefix' in field ? `finalizers under ${field.finalizerPrefix}` : field.subresource;
  });
  return `it may change only ${names.join(' and ')}`;
}
