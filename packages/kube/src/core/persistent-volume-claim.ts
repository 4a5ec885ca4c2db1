import type { KubeObject, ResourceType } from '../object.ts';
import { kindOf } from '../schema/metadata-schema.ts';
import { anyObject, list, listBy, object, quantity, say, text, textMap } from '../schema/schema-shorthand.ts';
import { ageColumn } from '../table/age-column.ts';
import { accessModes } from '../table/core-cells.ts';

/** `v1` PersistentVolumeClaim: the fields that a workspace needs. */
export interface PersistentVolumeClaim extends KubeObject {
  spec?: {
    accessModes?: string[];
    resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
    storageClassName?: string;
    volumeMode?: string;
    volumeName?: string;
  };
  status?: {
    phase?: 'Pending' | 'Bound' | 'Lost';
    accessModes?: string[];
    capacity?: Record<string, string>;
  };
}

const quantities = { type: 'object', additionalProperties: quantity } as const;

/** `spec` of a claim, and of a claim template. */
export const claimSpecSchema = object({
  accessModes: say('How many may use the volume at once, and how.', list(text)),
  resources: object({ requests: quantities, limits: quantities }),
  selector: object({ matchLabels: textMap, matchExpressions: list(anyObject) }),
  storageClassName: text,
  volumeAttributesClassName: text,
  volumeMode: text,
  volumeName: text,
  dataSource: anyObject,
  dataSourceRef: anyObject,
});

export const PersistentVolumeClaims: ResourceType<PersistentVolumeClaim> = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  namespaced: true,
  hasStatus: true,
  shortNames: ['pvc'],
  strategicMerge: true,
  schema: kindOf(
    'io.k8s.api.core.v1.PersistentVolumeClaim',
    'PersistentVolumeClaim is a directory that outlives the runs that use it.',
    {
      spec: claimSpecSchema,
      status: object({
        phase: text,
        accessModes: list(text),
        capacity: quantities,
        conditions: listBy(['type'], anyObject),
      }),
    },
  ),
  columns: [
    { name: 'Status', type: 'string', jsonPath: '.status.phase' },
    { name: 'Volume', type: 'string', jsonPath: '.spec.volumeName' },
    { name: 'Capacity', type: 'string', jsonPath: '.status.capacity.storage' },
    {
      name: 'Access Modes',
      type: 'string',
      cell: (object) => accessModes((object as PersistentVolumeClaim).status?.accessModes),
    },
    { name: 'StorageClass', type: 'string', jsonPath: '.spec.storageClassName' },
    ageColumn,
    { name: 'VolumeMode', type: 'string', jsonPath: '.spec.volumeMode', priority: 1 },
  ],
};
