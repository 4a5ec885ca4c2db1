import type { ResourceType } from '../object.ts';
import { admitBySchema } from '../schema/enforce-schema.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { ageColumn } from '../table/age-column.ts';
import type { CustomResourceDefinition, CustomResourceVersion } from './custom-resource-definition.ts';

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
  resource.admit = admitBySchema(resource, schema);
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
