import type { ResourceType } from '../object.ts';
import type { JsonSchema } from './json-schema.ts';
import { apiVersionSchema, kindSchema, objectMetaSchema } from './metadata-schema.ts';

const known = new WeakMap<ResourceType, JsonSchema | null>();

/** The schema of a resource's objects, with `metadata` in full; undefined when it has none. */
export function schemaOfResource(resource: ResourceType): JsonSchema | undefined {
  let schema = known.get(resource);
  if (schema === undefined) {
    const given = typeof resource.schema === 'function' ? resource.schema() : resource.schema;
    schema = given ? complete(given) : null;
    known.set(resource, schema);
  }
  return schema ?? undefined;
}

function complete(schema: JsonSchema): JsonSchema {
  if (schema.properties?.metadata === objectMetaSchema) return schema;
  return {
    ...schema,
    properties: {
      apiVersion: apiVersionSchema,
      kind: kindSchema,
      ...schema.properties,
      metadata: objectMetaSchema,
    },
  };
}
