import { FieldErrors, invalidObject } from '../admission/field-errors.ts';
import type { ResourceType } from '../object.ts';
import { rbacGroup } from '../rbac/rbac-resources.ts';
import { type AnyObject, resourceId } from '../resource.ts';

export { invalidObject };

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualifiedName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const maxAnnotationBytes = 256 * 1024;

const subdomainMessage =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with " +
  "an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelMessage =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
  `alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`;

function checkName(resource: ResourceType, name: string, field: string, errors: FieldErrors): void {
  if (resourceId(resource) === 'namespaces') {
    if (name.length > 63) errors.invalid(field, name, 'must be no more than 63 characters');
    if (!labelPattern.test(name)) errors.invalid(field, name, labelMessage);
    return;
  }
  if (resource.group === rbacGroup) {
    // Names of roles are path segments: `system:basic-user`.
    if (name === '.' || name === '..') errors.invalid(field, name, `may not be '${name}'`);
    for (const mark of ['/', '%']) {
      if (name.includes(mark)) errors.invalid(field, name, `may not contain '${mark}'`);
    }
    return;
  }
  if (name.length > 253) errors.invalid(field, name, 'must be no more than 253 characters');
  if (!subdomainPattern.test(name)) errors.invalid(field, name, subdomainMessage);
}

function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && (prefix.length > 253 || !subdomainPattern.test(prefix.toLowerCase())))
    return false;
  return name.length <= 63 && qualifiedName.test(name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkLabels(labels: unknown, errors: FieldErrors): void {
  if (labels === undefined) return;
  if (!isRecord(labels)) {
    errors.invalid('metadata.labels', labels, 'must be a map of strings');
    return;
  }
  for (const [key, value] of Object.entries(labels)) {
    if (!isQualifiedName(key)) errors.invalid('metadata.labels', key, 'name part must be a qualified name');
    if (typeof value !== 'string' || value.length > 63 || (value !== '' && !qualifiedName.test(value))) {
      errors.invalid(
        'metadata.labels',
        value,
        "a valid label must be an empty string or consist of at most 63 alphanumeric characters, '-', '_' or '.'",
      );
    }
  }
}

function checkAnnotations(annotations: unknown, errors: FieldErrors): void {
  if (annotations === undefined) return;
  if (!isRecord(annotations)) {
    errors.invalid('metadata.annotations', annotations, 'must be a map of strings');
    return;
  }
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    if (!isQualifiedName(key))
      errors.invalid('metadata.annotations', key, 'name part must be a qualified name');
    if (typeof value !== 'string') errors.invalid('metadata.annotations', value, 'must be a string');
    else bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > maxAnnotationBytes) {
    errors.add(
      'FieldValueTooLong',
      'metadata.annotations',
      `Too long: may not be more than ${maxAnnotationBytes} bytes`,
    );
  }
}

function checkFinalizers(finalizers: unknown, errors: FieldErrors): void {
  if (finalizers === undefined) return;
  if (!Array.isArray(finalizers)) {
    errors.invalid('metadata.finalizers', finalizers, 'must be a list of strings');
    return;
  }
  for (const finalizer of finalizers) {
    if (typeof finalizer !== 'string' || !isQualifiedName(finalizer)) {
      errors.invalid('metadata.finalizers', finalizer, 'name part must be a qualified name');
    }
  }
}

function checkOwners(owners: unknown, errors: FieldErrors): void {
  if (owners === undefined) return;
  if (!Array.isArray(owners)) {
    errors.invalid('metadata.ownerReferences', owners, 'must be a list');
    return;
  }
  let controllers = 0;
  for (const [index, owner] of owners.entries()) {
    const field = `metadata.ownerReferences[${index}]`;
    if (!isRecord(owner)) {
      errors.invalid(field, owner, 'must be an object');
      continue;
    }
    for (const part of ['apiVersion', 'kind', 'name', 'uid']) {
      if (typeof owner[part] !== 'string' || owner[part] === '') {
        errors.invalid(`${field}.${part}`, owner[part] ?? '', `${part} must not be empty`);
      }
    }
    if (owner.controller === true) controllers++;
  }
  if (controllers > 1) {
    errors.invalid(
      'metadata.ownerReferences',
      controllers,
      'only one reference can have controller set to true',
    );
  }
}

/** Checks the metadata a requester sent, as Kubernetes' ValidateObjectMeta does. Throws `Invalid`. */
export function validateMetadata(resource: ResourceType, object: AnyObject): void {
  const { name, generateName, labels, annotations, finalizers, ownerReferences } = object.metadata;
  const errors = new FieldErrors();
  if (generateName !== undefined && generateName !== '') {
    // A trailing dash is fine: the suffix follows.
    checkName(resource, `${generateName}`.replace(/-$/, 'a'), 'metadata.generateName', errors);
  }
  if (name !== undefined && name !== '') checkName(resource, `${name}`, 'metadata.name', errors);
  else if (!generateName)
    errors.add('FieldValueRequired', 'metadata.name', 'Required value: name or generateName is required');
  checkLabels(labels, errors);
  checkAnnotations(annotations, errors);
  checkFinalizers(finalizers, errors);
  checkOwners(ownerReferences, errors);
  if (errors.causes.length > 0) throw invalidObject(resource, name || generateName, errors.causes);
}
