import { isDeepStrictEqual } from 'node:util';
import type { StatusCause } from '../error.ts';
import type { ResourceType } from '../object.ts';
import type { AnyObject } from '../resource.ts';
import { invalidObject } from '../store/metadata-validation.ts';
import { rbacGroup } from './rbac-resources.ts';

const required = (field: string, message: string): StatusCause => ({
  reason: 'FieldValueRequired',
  field,
  message: `Required value: ${message}`,
});
const invalid = (field: string, value: unknown, message: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${JSON.stringify(value) ?? 'null'}: ${message}`,
});

/**
 * Checks an object of the RBAC group, a requester's, as Kubernetes does beyond its schema. Of other groups nothing.
 * @throws KubeError Invalid
 */
export function validateRbac(resource: ResourceType, before: AnyObject | undefined, after: AnyObject): void {
  if (resource.group !== rbacGroup) return;
  const causes =
    resource.kind === 'Role' || resource.kind === 'ClusterRole'
      ? ruleCauses(resource, after)
      : bindingCauses(resource, before, after);
  if (causes.length > 0) throw invalidObject(resource, after.metadata.name, causes);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ruleCauses(resource: ResourceType, { rules }: AnyObject): StatusCause[] {
  if (rules === undefined || rules === null) return [];
  if (!Array.isArray(rules)) return [invalid('rules', rules, 'must be a list')];
  return rules.flatMap((rule: unknown, index) => {
    const at = `rules[${index}]`;
    if (!isRecord(rule)) return [invalid(at, rule, 'must be an object')];
    const lists = ['verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs'] as const;
    const wrong = lists.filter((field) => rule[field] !== undefined && !isStrings(rule[field]));
    if (wrong.length > 0)
      return wrong.map((field) => invalid(`${at}.${field}`, rule[field], 'must be a list of strings'));
    const has = (field: (typeof lists)[number]) => (rule[field] as string[] | undefined)?.length;
    const causes: StatusCause[] = [];
    if (!has('verbs')) causes.push(required(`${at}.verbs`, 'verbs must contain at least one value'));
    if (has('nonResourceURLs')) {
      if (resource.namespaced) {
        causes.push(
          invalid(
            `${at}.nonResourceURLs`,
            rule.nonResourceURLs,
            'namespaced rules cannot apply to non-resource URLs',
          ),
        );
      }
      if (has('apiGroups') || has('resources') || has('resourceNames')) {
        causes.push(
          invalid(
            `${at}.nonResourceURLs`,
            rule.nonResourceURLs,
            'rules cannot apply to both regular resources and non-resource URLs',
          ),
        );
      }
      return causes;
    }
    if (!has('apiGroups'))
      causes.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
    if (!has('resources'))
      causes.push(required(`${at}.resources`, 'resource rules must supply at least one resource'));
    return causes;
  });
}

function bindingCauses(
  resource: ResourceType,
  before: AnyObject | undefined,
  after: AnyObject,
): StatusCause[] {
  const { roleRef, subjects = [] } = after;
  if (!isRecord(roleRef)) return [required('roleRef', 'a binding names a role')];
  roleRef.apiGroup ??= rbacGroup;
  if (before && !isDeepStrictEqual(before.roleRef, roleRef)) {
    return [invalid('roleRef', roleRef, 'cannot change roleRef')];
  }
  const causes: StatusCause[] = [];
  const unsupported = (field: string, value: unknown, values: string[]): void => {
    causes.push({
      reason: 'FieldValueNotSupported',
      field,
      message: `Unsupported value: ${JSON.stringify(value) ?? '""'}: supported values: ${values.map((one) => `"${one}"`).join(', ')}`,
    });
  };
  if (roleRef.apiGroup !== rbacGroup) unsupported('roleRef.apiGroup', roleRef.apiGroup, [rbacGroup]);
  const kinds = resource.namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (!kinds.includes(`${roleRef.kind}`)) unsupported('roleRef.kind', roleRef.kind, kinds);
  if (typeof roleRef.name !== 'string' || roleRef.name === '') causes.push(required('roleRef.name', ''));
  if (!Array.isArray(subjects)) return [...causes, invalid('subjects', subjects, 'must be a list')];
  for (const [index, subject] of subjects.entries()) {
    const at = `subjects[${index}]`;
    if (!isRecord(subject)) {
      causes.push(invalid(at, subject, 'must be an object'));
      continue;
    }
    if (typeof subject.name !== 'string' || subject.name === '') causes.push(required(`${at}.name`, ''));
    if (subject.kind === 'ServiceAccount') {
      if (typeof subject.namespace !== 'string' || subject.namespace === '')
        causes.push(required(`${at}.namespace`, ''));
    } else if (subject.kind === 'User' || subject.kind === 'Group') {
      subject.apiGroup ??= rbacGroup;
      if (subject.apiGroup !== rbacGroup) unsupported(`${at}.apiGroup`, subject.apiGroup, [rbacGroup]);
    } else unsupported(`${at}.kind`, subject.kind, ['ServiceAccount', 'User', 'Group']);
  }
  return causes;
}
