import type { ObjectMeta } from '@assay/kube';
import { z } from 'zod';
import { flag, integer, jsonObject, shape, text, textMap, texts } from './shape.ts';

const ownerReferenceSchema = shape(
  { apiVersion: text, kind: text, name: text, uid: text },
  { controller: flag, blockOwnerDeletion: flag },
);

const fields = shape(
  {},
  {
    name: text,
    generateName: text,
    namespace: text,
    uid: text,
    resourceVersion: text,
    generation: integer,
    creationTimestamp: text,
    deletionTimestamp: text,
    deletionGracePeriodSeconds: integer,
    selfLink: text,
    labels: textMap,
    annotations: textMap,
    finalizers: texts,
    ownerReferences: z.array(ownerReferenceSchema),
    managedFields: z.array(jsonObject),
  },
);

/** `metadata` of any object, typed as the part Assay keeps. */
export const objectMetaSchema = fields as unknown as z.ZodType<ObjectMeta>;

/** `metadata` of an embedded spec: labels and annotations for the objects made from it. */
export const embeddedMetadataSchema = shape({}, { labels: textMap, annotations: textMap });
export type EmbeddedMetadata = z.infer<typeof embeddedMetadataSchema>;
