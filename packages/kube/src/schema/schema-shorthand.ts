import { definition, type JsonSchema } from './json-schema.ts';

/** Short words for writing schemas of Kubernetes' own kinds. */

export const text: JsonSchema = { type: 'string' };
/** A DNS label: what may be a name, and a label's value. */
export const labelValue: JsonSchema = {
  type: 'string',
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  maxLength: 63,
};
export const flag: JsonSchema = { type: 'boolean' };
export const int32: JsonSchema = { type: 'integer', format: 'int32' };
export const int64: JsonSchema = { type: 'integer', format: 'int64' };
export const time: JsonSchema = { type: 'string', format: 'date-time' };
export const base64: JsonSchema = { type: 'string', format: 'byte' };
export const textMap: JsonSchema = { type: 'object', additionalProperties: { type: 'string' } };
/** Any JSON. */
export const anything: JsonSchema = { 'x-kubernetes-preserve-unknown-fields': true };
/** Any object. */
export const anyObject: JsonSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
export const quantity = definition('io.k8s.apimachinery.pkg.api.resource.Quantity', {
  'x-kubernetes-int-or-string': true,
  description: 'A number with a suffix: 500m, 2Gi.',
});
export const intOrString: JsonSchema = { 'x-kubernetes-int-or-string': true };

/** The schema with a description. */
export function say(description: string, schema: JsonSchema): JsonSchema {
  return { ...schema, description };
}

export function object(
  properties: Record<string, JsonSchema>,
  required: readonly string[] = [],
  description?: string,
): JsonSchema {
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    properties,
    ...(required.length > 0 && { required }),
  };
}

/** A list that is replaced as a whole. */
export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'atomic' };
}

/** A list of distinct scalars, merged by value. */
export function setOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items, 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' };
}

/** A list of objects told apart by their keys; a strategic merge patch goes by the first. */
export function listBy(keys: readonly [string, ...string[]], items: JsonSchema): JsonSchema {
  return {
    type: 'array',
    items,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [...keys],
    'x-kubernetes-patch-merge-key': keys[0],
    'x-kubernetes-patch-strategy': 'merge',
  };
}
