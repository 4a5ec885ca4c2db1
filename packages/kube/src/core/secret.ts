import type { KubeObject, ResourceType } from '../object.ts';
import { kindOf } from '../schema/metadata-schema.ts';
import { base64, flag, say, text, textMap } from '../schema/schema-shorthand.ts';
import { ageColumn } from '../table/age-column.ts';

/** `v1` Secret. */
export interface Secret extends KubeObject {
  /** `Opaque` when absent. */
  type?: string;
  /** Base64. */
  data?: Record<string, string>;
  /** Written in clear; the store folds it into `data`. Never read back. */
  stringData?: Record<string, string>;
  immutable?: boolean;
}

export const Secrets: ResourceType<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  hasStatus: false,
  strategicMerge: true,
  selectableFields: ['type'],
  schema: kindOf('io.k8s.api.core.v1.Secret', 'Secret holds data that not everybody may see.', {
    type: say('What the data is for.', text),
    data: say('The secret data, in base64.', { type: 'object', additionalProperties: base64 }),
    stringData: say('Secret data in clear; written, never read.', textMap),
    immutable: say('True when data cannot be changed any more.', flag),
  }),
  columns: [
    { name: 'Type', type: 'string', jsonPath: '.type' },
    { name: 'Data', type: 'integer', cell: (object) => Object.keys((object as Secret).data ?? {}).length },
    ageColumn,
  ],
};
