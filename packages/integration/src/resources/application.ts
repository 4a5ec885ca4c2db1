import { type Condition, enforceSchema, type KubeObject, type ResourceType, schemaWords } from '@assay/kube';
import { appstudioGroup, conditionsSchema, statusColumns } from '@assay/policy';

const { object, text } = schemaWords;

/** What is tested and released together. */
export interface Application extends KubeObject {
  spec: { displayName?: string; description?: string };
  status?: { conditions?: Condition[] };
}

export const Applications: ResourceType<Application> = enforceSchema({
  group: appstudioGroup,
  version: 'v1alpha1',
  kind: 'Application',
  plural: 'applications',
  namespaced: true,
  hasStatus: true,
  shortNames: ['hasapp', 'ha', 'app'],
  columns: statusColumns,
  schema: object({
    spec: object({ displayName: text, description: text }),
    status: object({ conditions: conditionsSchema }),
  }),
});
