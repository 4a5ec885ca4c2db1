import { FieldErrors } from '../admission/field-errors.ts';
import type { AdmissionContext, KubeObject, ResourceType } from '../object.ts';
import { validateRules } from './cel-rules.ts';
import { withDefaults } from './defaulting.ts';
import type { JsonSchema } from './json-schema.ts';
import { validateValue } from './validate.ts';

/** The part of an object that its own schema speaks of; type and metadata are the server's affair, save for rules on the name. */
function body(schema: JsonSchema): JsonSchema {
  const { apiVersion: _, kind: __, metadata: ___, ...properties } = schema.properties ?? {};
  return { ...schema, properties };
}

/** An admission: defaults, then the schema, then its rules. @throws KubeError Invalid */
export function admitBySchema(
  resource: ResourceType,
  schema: JsonSchema,
): (object: KubeObject, context: AdmissionContext) => KubeObject {
  const own = body(schema);
  return (object, { old }) => {
    const defaulted = withDefaults(own, object) as KubeObject;
    const errors = new FieldErrors();
    validateValue(own, defaulted, '', errors);
    // Rules may rely on the types that the schema promises.
    if (errors.causes.length === 0) validateRules(own, defaulted, old, '', errors);
    errors.throwIfAny(resource, object.metadata.name);
    return defaulted;
  };
}

/**
 * A resource of our own whose objects are held against its schema as those of a CustomResourceDefinition are: required fields,
 * patterns, lengths, defaults and rules; before what its `admit` has to say.
 */
export function enforceSchema<T extends KubeObject>(
  resource: ResourceType<T> & { schema: JsonSchema },
): ResourceType<T> {
  const bySchema = admitBySchema(resource, resource.schema);
  return {
    ...resource,
    admit(object, context) {
      const checked = bySchema(object, context);
      return resource.admit?.(checked, context) ?? checked;
    },
  };
}
