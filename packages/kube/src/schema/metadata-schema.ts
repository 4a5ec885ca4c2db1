import { definition, type JsonSchema } from './json-schema.ts';
import {
  anyObject,
  flag,
  int64,
  list,
  listBy,
  object,
  say,
  setOf,
  text,
  textMap,
  time,
} from './schema-shorthand.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const ownerReference = definition(`${meta}.OwnerReference`, {
  ...object(
    {
      apiVersion: text,
      kind: text,
      name: text,
      uid: text,
      controller: flag,
      blockOwnerDeletion: flag,
    },
    ['apiVersion', 'kind', 'name', 'uid'],
    'A pointer from a dependent to its owner.',
  ),
  'x-kubernetes-map-type': 'atomic',
});

const managedFieldsEntry = definition(
  `${meta}.ManagedFieldsEntry`,
  object(
    {
      manager: text,
      operation: text,
      apiVersion: text,
      time,
      fieldsType: text,
      fieldsV1: anyObject,
      subresource: text,
    },
    [],
    'Which fields one manager has set.',
  ),
);

/** `metadata` of every object. */
export const objectMetaSchema: JsonSchema = definition(
  `${meta}.ObjectMeta`,
  object(
    {
      name: say('Unique in its namespace; cannot be changed.', text),
      generateName: say('A prefix to which the server adds a suffix when no name is given.', text),
      namespace: text,
      selfLink: text,
      uid: say('Set by the server, and never used again.', text),
      resourceVersion: say('Opaque; changes with every change of the object.', text),
      generation: say('Counts the changes of the desired state.', int64),
      creationTimestamp: time,
      deletionTimestamp: say('When the deletion was asked for.', time),
      deletionGracePeriodSeconds: int64,
      labels: say('What selectors select by.', textMap),
      annotations: say('What tools keep beside the object.', textMap),
      ownerReferences: listBy(['uid'], ownerReference),
      finalizers: say('What has to happen before the object goes away.', setOf(text)),
      managedFields: list(managedFieldsEntry),
    },
    [],
    'What every object has.',
  ),
);

/** `metadata` of a template: no server-set fields to speak of. */
export const apiVersionSchema = say('The group and version of the schema of this object.', text);
export const kindSchema = say('The kind of the object.', text);

/** A whole object: type, metadata and the rest. */
export function kindOf(
  name: string,
  description: string,
  properties: Record<string, JsonSchema>,
  required: readonly string[] = [],
): JsonSchema {
  return definition(
    name,
    object(
      { apiVersion: apiVersionSchema, kind: kindSchema, metadata: objectMetaSchema, ...properties },
      required,
      description,
    ),
  );
}
