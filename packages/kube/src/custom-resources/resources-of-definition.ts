import { FieldErrors } from '../admission/field-errors.ts';
import type { AdmissionContext, KubeObject, ResourceType } from '../object.ts';
import { validateRules } from '../schema/cel-rules.ts';
import { withDefaults } from '../schema/defaulting.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { validateValue } from '../schema/validate.ts';
import { ageColumn } from '../table/age-column.ts';
import type { CustomResourceDefinition, CustomResourceVersion } from './custom-resource-definition.ts';

/** The part of an object that its own schema speaks of; type and metadata are the server's affair, save for rules on the name. */
function body(schema: JsonSchema): JsonSchema {
  const { apiVersion: _, kind: __, metadata: ___, ...properties } = schema.properties ?? {};
  return { ...schema, properties };
}

/** Defaults, then the schema, then its rules. @throws KubeError Invalid */
function admission(
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

function resourceOf(definition: CustomResourceDefinition, version: CustomResourceVersion): ResourceType {
  const { group, names, scope } = definition.spec;
  const schema: JsonSchema = version.schema?.openAPIV3Schema ?? {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
  };
  const columns = version.additionalPrinterColumns ?? [];
  const resource: ResourceType = {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    namespaced: scope === 'Namespaced',
    hasStatus: version.subresources?.status !== undefined,
    custom: true,
    schema,
    columns: columns.length > 0 ? columns : [ageColumn],
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
    ...(names.singular && { singular: names.singular }),
    ...(names.shortNames && { shortNames: names.shortNames }),
    ...(names.categories && { categories: names.categories }),
  };
  resource.admit = admission(resource, schema);
  return resource;
}

/** The resources that a definition adds to the API: one for each served version, and the one it is kept as. */
export function resourcesOf(definition: CustomResourceDefinition): {
  storage: ResourceType;
  served: ResourceType[];
} {
  const { versions } = definition.spec;
  const all = versions.map((version) => ({ version, resource: resourceOf(definition, version) }));
  const storage = all.find(({ version }) => version.storage) ?? all[0]!;
  return {
    storage: storage.resource,
    served: all.filter(({ version }) => version.served).map(({ resource }) => resource),
  };
}
