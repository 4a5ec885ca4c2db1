import { z } from 'zod';
import { embeddedMetadataSchema, objectMetaSchema } from './metadata.ts';
import { paramSchema, taskRefSchema } from './params.ts';
import { duration, integer, jsonObject, shape, text, textMap } from './shape.ts';
import { conditionSchema } from './status.ts';
import { workspaceBindingSchema } from './workspaces.ts';

/** A custom task written out; what `spec` holds is known to its controller alone. */
export const embeddedCustomRunSpecSchema = shape(
  {},
  { apiVersion: text, kind: text, metadata: embeddedMetadataSchema, spec: jsonObject },
);
export type EmbeddedCustomRunSpec = z.infer<typeof embeddedCustomRunSpecSchema>;

export const customRunSpecSchema = shape(
  {},
  {
    customRef: taskRefSchema,
    customSpec: embeddedCustomRunSpecSchema,
    params: z.array(paramSchema),
    /** `RunCancelled`, or nothing. */
    status: text,
    statusMessage: text,
    retries: integer,
    serviceAccountName: text,
    timeout: duration,
    workspaces: z.array(workspaceBindingSchema),
  },
);
export type CustomRunSpec = z.infer<typeof customRunSpecSchema>;

const statusFields = {
  conditions: z.array(conditionSchema),
  observedGeneration: integer,
  annotations: textMap,
  startTime: text,
  completionTime: text,
  results: z.array(shape({ name: text, value: text }, {})),
  /** What the custom task's controller keeps there. */
  extraFields: z.unknown(),
};
export const customRunStatusSchema = shape(
  {},
  { ...statusFields, retriesStatus: z.array(shape({}, statusFields)) },
);
export type CustomRunStatus = z.infer<typeof customRunStatusSchema>;

export const customRunSchema = shape(
  { apiVersion: text, kind: text, metadata: objectMetaSchema, spec: customRunSpecSchema },
  { status: customRunStatusSchema },
);
/** `tekton.dev/v1beta1` CustomRun: a task that another controller runs. */
export type CustomRun = z.infer<typeof customRunSchema>;
