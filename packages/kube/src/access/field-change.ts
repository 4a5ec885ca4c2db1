import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../resource.ts';
import type { Field } from './access-table.ts';

function changedAnnotations(before: AnyObject | undefined, after: AnyObject): string[] {
  const old = before?.metadata.annotations ?? {};
  const now = after.metadata.annotations ?? {};
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((key) => old[key] !== now[key]);
}

function changedFinalizers(before: AnyObject | undefined, after: AnyObject): string[] {
  const old = new Set(before?.metadata.finalizers);
  const now = new Set(after.metadata.finalizers);
  return [...old.symmetricDifference(now)];
}

/** The places under `field` that a write adds, changes or removes, as a reader would name them. */
export function changedFields(before: AnyObject | undefined, after: AnyObject, field: Field): string[] {
  if ('annotationPrefix' in field) {
    return changedAnnotations(before, after)
      .filter((key) => key.startsWith(field.annotationPrefix))
      .map((key) => `metadata.annotations[${key}]`);
  }
  if ('finalizerPrefix' in field) {
    return changedFinalizers(before, after)
      .filter((finalizer) => finalizer.startsWith(field.finalizerPrefix))
      .map((finalizer) => `metadata.finalizers[${finalizer}]`);
  }
  return isDeepStrictEqual(before?.[field.subresource], after[field.subresource]) ? [] : [field.subresource];
}

/** The object without what lies under `field`. */
export function dropField(object: AnyObject, field: Field): AnyObject {
  if ('subresource' in field) {
    const { [field.subresource]: _, ...rest } = object;
    return rest as AnyObject;
  }
  const { annotations, finalizers, ...metadata } = object.metadata;
  const keptAnnotations = Object.entries(annotations ?? {}).filter(
    ([key]) => !('annotationPrefix' in field && key.startsWith(field.annotationPrefix)),
  );
  const keptFinalizers = (finalizers ?? []).filter(
    (finalizer) => !('finalizerPrefix' in field && finalizer.startsWith(field.finalizerPrefix)),
  );
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(keptAnnotations.length > 0 && { annotations: Object.fromEntries(keptAnnotations) }),
      ...(keptFinalizers.length > 0 && { finalizers: keptFinalizers }),
    },
  };
}

/** The object without anything the fields allow to change; two states of it are equal when no other thing changed. */
function remainder(object: AnyObject | undefined, fields: readonly Field[]): unknown {
  if (!object) return undefined;
  return fields.reduce(dropField, object);
}

/** True when the write changes nothing outside the fields. */
export function isWithin(before: AnyObject | undefined, after: AnyObject, fields: readonly Field[]): boolean {
  return isDeepStrictEqual(remainder(before, fields), remainder(after, fields));
}
