import { z } from 'zod';
import { objectMetaSchema } from './metadata.ts';
import { flag, integer, jsonObject, shape, text, textMap, textOrNumber, texts } from './shape.ts';

const keyToPathSchema = shape({ key: text, path: text }, { mode: integer });
const items = z.array(keyToPathSchema);
const localReference = shape({}, { name: text });

export const emptyDirSchema = shape({}, { medium: text, sizeLimit: textOrNumber });
export const configMapVolumeSchema = shape({}, { name: text, items, defaultMode: integer, optional: flag });
export const secretVolumeSchema = shape(
  {},
  { secretName: text, items, defaultMode: integer, optional: flag },
);
export const claimVolumeSchema = shape({ claimName: text }, { readOnly: flag });
export const projectionSchema = shape(
  {},
  {
    secret: shape({}, { name: text, items, optional: flag }),
    configMap: shape({}, { name: text, items, optional: flag }),
    downwardAPI: jsonObject,
    serviceAccountToken: shape({ path: text }, { audience: text, expirationSeconds: integer }),
    clusterTrustBundle: jsonObject,
  },
);
export const projectedVolumeSchema = shape({}, { sources: z.array(projectionSchema), defaultMode: integer });
export const csiVolumeSchema = shape(
  { driver: text },
  { readOnly: flag, fsType: text, volumeAttributes: textMap, nodePublishSecretRef: localReference },
);

/** `volumes[]` of a Task or a podTemplate. Kinds of volume that only a cluster can provide are carried as they are. */
export const volumeSchema = shape(
  { name: text },
  {
    emptyDir: emptyDirSchema,
    configMap: configMapVolumeSchema,
    secret: secretVolumeSchema,
    persistentVolumeClaim: claimVolumeSchema,
    projected: projectedVolumeSchema,
    csi: csiVolumeSchema,
    hostPath: shape({ path: text }, { type: text }),
    downwardAPI: jsonObject,
    ephemeral: jsonObject,
    image: jsonObject,
    nfs: jsonObject,
    iscsi: jsonObject,
    fc: jsonObject,
    cephfs: jsonObject,
    rbd: jsonObject,
    gitRepo: jsonObject,
    flexVolume: jsonObject,
    awsElasticBlockStore: jsonObject,
    gcePersistentDisk: jsonObject,
    azureDisk: jsonObject,
    azureFile: jsonObject,
  },
);
export type Volume = z.infer<typeof volumeSchema>;
export type ConfigMapVolume = z.infer<typeof configMapVolumeSchema>;
export type SecretVolume = z.infer<typeof secretVolumeSchema>;
export type ProjectedVolume = z.infer<typeof projectedVolumeSchema>;
export type KeyToPath = z.infer<typeof keyToPathSchema>;

const quantities = z.record(z.string(), textOrNumber);

/** A claim made for one run, `volumeClaimTemplate`. */
export const volumeClaimTemplateSchema = shape(
  {},
  {
    apiVersion: text,
    kind: text,
    metadata: objectMetaSchema,
    spec: shape(
      {},
      {
        accessModes: texts,
        selector: jsonObject,
        resources: shape({}, { requests: quantities, limits: quantities }),
        volumeName: text,
        storageClassName: text,
        volumeMode: text,
        dataSource: jsonObject,
        dataSourceRef: jsonObject,
        volumeAttributesClassName: text,
      },
    ),
    status: jsonObject,
  },
);
export type VolumeClaimTemplate = z.infer<typeof volumeClaimTemplateSchema>;
