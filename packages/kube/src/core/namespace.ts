import type { KubeObject, ResourceType } from '../object.ts';
import { kindOf } from '../schema/metadata-schema.ts';
import { anyObject, list, object, say, text } from '../schema/schema-shorthand.ts';
import { ageColumn } from '../table/age-column.ts';

/** `v1` Namespace. */
export interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: 'Active' | 'Terminating' };
}

export const Namespaces: ResourceType<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  hasStatus: true,
  shortNames: ['ns'],
  strategicMerge: true,
  selectableFields: ['status.phase'],
  schema: kindOf(
    'io.k8s.api.core.v1.Namespace',
    'Namespace keeps objects of one concern apart from others.',
    {
      spec: object({ finalizers: list(text) }),
      status: object({
        phase: say('Active, or Terminating while its content is being deleted.', text),
        conditions: list(anyObject),
      }),
    },
  ),
  columns: [{ name: 'Status', type: 'string', jsonPath: '.status.phase' }, ageColumn],
};
