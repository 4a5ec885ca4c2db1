import type { KubeObject, ResourceType } from '../object.ts';
import { kindOf } from '../schema/metadata-schema.ts';
import { int32, object, say, text, time } from '../schema/schema-shorthand.ts';
import { ageColumn } from '../table/age-column.ts';

/** `coordination.k8s.io/v1` Lease: who leads, and since when. */
export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    /** RFC 3339 with microseconds. */
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

export const Leases: ResourceType<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  hasStatus: false,
  strategicMerge: true,
  schema: kindOf('io.k8s.api.coordination.v1.Lease', 'Lease says who leads, and until when.', {
    spec: object({
      holderIdentity: say('Who holds the lease.', text),
      leaseDurationSeconds: say('How long it holds without being renewed.', int32),
      acquireTime: time,
      renewTime: time,
      leaseTransitions: int32,
      preferredHolder: text,
      strategy: text,
    }),
  }),
  columns: [{ name: 'Holder', type: 'string', jsonPath: '.spec.holderIdentity' }, ageColumn],
};
