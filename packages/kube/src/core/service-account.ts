import type { KubeObject, ResourceType } from '../object.ts';
import { kindOf } from '../schema/metadata-schema.ts';
import { flag, list, listBy, object, say, text } from '../schema/schema-shorthand.ts';
import { ageColumn } from '../table/age-column.ts';

/** `v1` ServiceAccount. */
export interface ServiceAccount extends KubeObject {
  secrets?: { name?: string }[];
  imagePullSecrets?: { name?: string }[];
  automountServiceAccountToken?: boolean;
}

export const ServiceAccounts: ResourceType<ServiceAccount> = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
  hasStatus: false,
  shortNames: ['sa'],
  strategicMerge: true,
  schema: kindOf('io.k8s.api.core.v1.ServiceAccount', 'ServiceAccount is who a run acts as.', {
    secrets: say(
      'The Secrets that runs under this account may use.',
      listBy(
        ['name'],
        object({
          name: text,
          namespace: text,
          kind: text,
          apiVersion: text,
          uid: text,
          fieldPath: text,
          resourceVersion: text,
        }),
      ),
    ),
    imagePullSecrets: say('The Secrets to pull images with.', list(object({ name: text }))),
    automountServiceAccountToken: say('Whether steps get a token of the account.', flag),
  }),
  columns: [
    { name: 'Secrets', type: 'integer', cell: (object) => ((object as ServiceAccount).secrets ?? []).length },
    ageColumn,
  ],
};
