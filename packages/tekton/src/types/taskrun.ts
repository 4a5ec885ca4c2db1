import { z } from 'zod';
import { resourceRequirementsSchema } from './containers.ts';
import { objectMetaSchema } from './metadata.ts';
import { paramSchema, runResultSchema, taskRefSchema } from './params.ts';
import { podTemplateSchema } from './pod-template.ts';
import { duration, integer, shape, text, texts } from './shape.ts';
import {
  artifactSchema,
  conditionSchema,
  containerStateFields,
  provenanceSchema,
  spanContextSchema,
} from './status.ts';
import { taskSpecSchema } from './task.ts';
import { workspaceBindingSchema } from './workspaces.ts';

export const stepSpecSchema = shape({ name: text }, { computeResources: resourceRequirementsSchema });
/** Overrides of one step or sidecar. */
export type StepSpecOverride = z.infer<typeof stepSpecSchema>;

export const taskRunSpecSchema = shape(
  {},
  {
    params: z.array(paramSchema),
    serviceAccountName: text,
    taskRef: taskRefSchema,
    taskSpec: taskSpecSchema,
    status: text,
    statusMessage: text,
    retries: integer,
    timeout: duration,
    podTemplate: podTemplateSchema,
    workspaces: z.array(workspaceBindingSchema),
    stepSpecs: z.array(stepSpecSchema),
    sidecarSpecs: z.array(stepSpecSchema),
    computeResources: resourceRequirementsSchema,
    debug: shape({}, { breakpoints: shape({}, { onFailure: text, beforeSteps: texts }) }),
    managedBy: text,
  },
);
export type TaskRunSpec = z.infer<typeof taskRunSpecSchema>;

export const stepStateSchema = shape(
  {},
  {
    name: text,
    container: text,
    imageID: text,
    ...containerStateFields,
    results: z.array(runResultSchema),
    provenance: provenanceSchema,
    terminationReason: text,
    inputs: z.array(artifactSchema),
    outputs: z.array(artifactSchema),
  },
);
export type StepState = z.infer<typeof stepStateSchema>;

export const sidecarStateSchema = shape(
  {},
  { name: text, container: text, imageID: text, ...containerStateFields },
);
export type SidecarState = z.infer<typeof sidecarStateSchema>;

const statusFields = {
  conditions: z.array(conditionSchema),
  observedGeneration: integer,
  annotations: z.record(z.string(), z.string()),
  podName: text,
  startTime: text,
  completionTime: text,
  steps: z.array(stepStateSchema),
  results: z.array(runResultSchema),
  artifacts: shape({}, { inputs: z.array(artifactSchema), outputs: z.array(artifactSchema) }),
  sidecars: z.array(sidecarStateSchema),
  taskSpec: taskSpecSchema,
  provenance: provenanceSchema,
  spanContext: spanContextSchema,
};

/** An earlier attempt, archived before a retry. */
export const taskRunAttemptSchema = shape({}, statusFields);
export type TaskRunAttempt = z.infer<typeof taskRunAttemptSchema>;

export const taskRunStatusSchema = shape(
  {},
  { ...statusFields, retriesStatus: z.array(taskRunAttemptSchema) },
);
export type TaskRunStatus = z.infer<typeof taskRunStatusSchema>;

export const taskRunSchema = shape(
  { apiVersion: text, kind: text, metadata: objectMetaSchema, spec: taskRunSpecSchema },
  { status: taskRunStatusSchema },
);
/** `tekton.dev/v1` TaskRun. */
export type TaskRun = z.infer<typeof taskRunSchema>;
