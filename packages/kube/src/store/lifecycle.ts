import { isDeepStrictEqual } from 'node:util';
import { timestamp } from '../clock.ts';
import { KubeError } from '../error.ts';
import type { ObjectMeta, ResourceType } from '../object.ts';
import { validateRbac } from '../rbac/validate-rbac.ts';
import { type AnyObject, apiVersionOf, namespaceOf, resourceId } from '../resource.ts';
import { applyKindRules } from './kind-rules.ts';
import { invalidObject, validateMetadata } from './metadata-validation.ts';

/**
 * What a write makes of the object a requester sent, as Kubernetes' registry strategies do. Pure: the store
 * puts the result in. `resourceVersion` is set by the table.
 */

/** An independent copy in JSON's terms, with the type the resource demands. The input is the requester's. */
export function acceptObject(resource: ResourceType, input: unknown): AnyObject {
  return typedObject(resource, JSON.parse(JSON.stringify(input ?? null)));
}

/** As `acceptObject`, of what is in JSON's terms already and nobody else's: nothing is copied but the outermost. */
export function typedObject(resource: ResourceType, input: unknown): AnyObject {
  const object = input as AnyObject | null;
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new KubeError('BadRequest', 'the body is not an object');
  }
  const { metadata = {} } = object;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new KubeError('BadRequest', 'metadata is not an object');
  }
  for (const field of ['name', 'generateName', 'namespace', 'uid', 'resourceVersion'] as const) {
    const value: unknown = metadata[field] ?? '';
    if (typeof value !== 'string') throw new KubeError('BadRequest', `metadata.${field} is not a string`);
  }
  const apiVersion = apiVersionOf(resource);
  if (object.apiVersion !== undefined && object.apiVersion !== apiVersion) {
    throw new KubeError(
      'BadRequest',
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (object.kind !== undefined && object.kind !== resource.kind) {
    throw new KubeError(
      'BadRequest',
      `the kind in the data (${object.kind}) does not match the expected kind (${resource.kind})`,
    );
  }
  return { ...object, apiVersion, kind: resource.kind, metadata: { ...metadata } };
}

/** Metadata in the store's order, without what is absent, empty or kept by the server alone. */
function orderMetadata(metadata: ObjectMeta): ObjectMeta {
  const { name, generateName, namespace, uid, resourceVersion, generation, creationTimestamp, ...rest } =
    metadata;
  const { managedFields, selfLink: _, ...others } = rest as Record<string, unknown>;
  const ordered = {
    name,
    generateName,
    namespace,
    uid,
    resourceVersion,
    generation,
    creationTimestamp,
    ...others,
    managedFields,
  };
  const present = Object.entries(ordered).filter(([, value]) => {
    if (value === undefined || value === null || value === '') return false;
    if (Array.isArray(value)) return value.length > 0;
    return typeof value !== 'object' || Object.keys(value).length > 0;
  });
  return Object.fromEntries(present) as ObjectMeta;
}

function withMetadata(object: AnyObject, metadata: ObjectMeta): AnyObject {
  const { apiVersion, kind, metadata: _, ...rest } = object;
  return { apiVersion, kind, metadata: orderMetadata(metadata), ...rest };
}

function withoutStatus(object: AnyObject): AnyObject {
  const { status: _, ...rest } = object;
  return rest as AnyObject;
}

/** A new object; it may still lack its name when that is to be generated. Throws `Invalid`, `BadRequest`. */
export function prepareCreate(resource: ResourceType, input: AnyObject, now: number, uid: string): AnyObject {
  if (input.metadata.resourceVersion) {
    throw new KubeError('BadRequest', 'resourceVersion should not be set on objects to be created');
  }
  const object = resource.hasStatus ? withoutStatus(input) : input;
  const { deletionTimestamp: _, ...metadata } = object.metadata;
  const { deletionGracePeriodSeconds: __, ...kept } = metadata as Record<string, unknown>;
  const created = withMetadata(object, {
    ...kept,
    namespace: namespaceOf(resource, object.metadata.namespace),
    uid,
    generation: 1,
    creationTimestamp: timestamp(now),
  });
  validateMetadata(resource, created);
  validateRbac(resource, undefined, created);
  return applyKindRules(resourceId(resource), created);
}

/** `Conflict` unless the version and uid that the input carries, if it does, are the stored ones. */
export function checkPreconditions(
  resource: ResourceType,
  before: AnyObject,
  expected: { uid?: string | undefined; resourceVersion?: string | undefined },
): void {
  const { name, uid, resourceVersion } = before.metadata;
  const conflict = (why: string) =>
    new KubeError('Conflict', `Operation cannot be fulfilled on ${resourceId(resource)} "${name}": ${why}`, {
      hint: 'read the object again and apply the change to what it is now',
      details: { name: name ?? '', group: resource.group, kind: resource.plural },
    });
  if (expected.uid && expected.uid !== uid) {
    throw conflict(`Precondition failed: UID in precondition: ${expected.uid}, UID in object meta: ${uid}`);
  }
  if (expected.resourceVersion && expected.resourceVersion !== resourceVersion) {
    throw conflict(
      'the object has been modified; please apply your changes to the latest version and try again',
    );
  }
}

/** The generation counts changes of what a controller acts on: all but metadata and, where it is its own, status. */
function desired(resource: ResourceType, object: AnyObject): unknown {
  const { metadata: _, ...rest } = object;
  if (!resource.hasStatus) return rest;
  const { status: __, ...wanted } = rest;
  return wanted;
}

/** The object with the generation that follows from what it was: one more when the desired state is another. */
export function withGeneration(resource: ResourceType, before: AnyObject, after: AnyObject): AnyObject {
  const { generation = 0 } = before.metadata;
  const changed = !isDeepStrictEqual(desired(resource, before), desired(resource, after));
  after.metadata.generation = changed ? generation + 1 : generation;
  return after;
}

/** What of an object's metadata only the store writes. */
const storeOwnedMetadata = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

/** `before` with everything but status as the input has it. Throws `Conflict`, `Invalid`. */
export function prepareUpdate(resource: ResourceType, before: AnyObject, input: AnyObject): AnyObject {
  checkPreconditions(resource, before, input.metadata);
  const { name, deletionTimestamp } = before.metadata;
  const given = before.metadata as Record<string, unknown>;
  const kept = Object.fromEntries(storeOwnedMetadata.map((field) => [field, given[field]]));
  const metadata = { ...input.metadata, ...kept };
  if (input.metadata.name && input.metadata.name !== name) {
    throw new KubeError(
      'BadRequest',
      `the name of the object (${input.metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  const content = resource.hasStatus ? { ...withoutStatus(input), status: before.status } : input;
  let after = applyKindRules(resourceId(resource), withMetadata(content, metadata as ObjectMeta));
  validateMetadata(resource, after);
  validateRbac(resource, before, after);
  if (deletionTimestamp !== undefined) refuseNewFinalizers(resource, before, after);
  if (after.status === undefined) after = withoutStatus(after);
  return withGeneration(resource, before, after);
}

/** `before` with the status of the input, and nothing else of it. Throws `Conflict`. */
export function prepareStatusUpdate(resource: ResourceType, before: AnyObject, input: AnyObject): AnyObject {
  checkPreconditions(resource, before, input.metadata);
  const after: AnyObject = { ...before, metadata: { ...before.metadata } };
  if (input.status === undefined || input.status === null) delete after.status;
  else after.status = input.status;
  return after;
}

function refuseNewFinalizers(resource: ResourceType, before: AnyObject, after: AnyObject): void {
  const known = new Set(before.metadata.finalizers);
  const added = (after.metadata.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
  if (added.length === 0) return;
  throw invalidObject(resource, before.metadata.name, [
    {
      reason: 'FieldValueForbidden',
      field: 'metadata.finalizers',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
    },
  ]);
}
