import type { KubeObject, ResourceType } from '../object.ts';
import { kindOf } from '../schema/metadata-schema.ts';
import { base64, flag, say, textMap } from '../schema/schema-shorthand.ts';
import { ageColumn } from '../table/age-column.ts';

/** `v1` ConfigMap. */
export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  /** Base64. */
  binaryData?: Record<string, string>;
  immutable?: boolean;
}

export const ConfigMaps: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  hasStatus: false,
  shortNames: ['cm'],
  strategicMerge: true,
  schema: kindOf('io.k8s.api.core.v1.ConfigMap', 'ConfigMap holds configuration data for steps to consume.', {
    data: say('The configuration, by key.', textMap),
    binaryData: say('The configuration that is not text, in base64.', {
      type: 'object',
      additionalProperties: base64,
    }),
    immutable: say('True when data cannot be changed any more.', flag),
  }),
  columns: [
    {
      name: 'Data',
      type: 'integer',
      cell: (object) => {
        const { data = {}, binaryData = {} } = object as ConfigMap;
        return Object.keys(data).length + Object.keys(binaryData).length;
      },
    },
    ageColumn,
  ],
};
