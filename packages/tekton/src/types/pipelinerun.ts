import { z } from 'zod';
import { resourceRequirementsSchema } from './containers.ts';
import { embeddedMetadataSchema, objectMetaSchema } from './metadata.ts';
import { paramSchema, pipelineRefSchema, runResultSchema, whenExpressionSchema } from './params.ts';
import { pipelineSpecSchema } from './pipeline.ts';
import { podTemplateSchema } from './pod-template.ts';
import { duration, integer, shape, text } from './shape.ts';
import { conditionSchema, provenanceSchema, spanContextSchema } from './status.ts';
import { stepSpecSchema } from './taskrun.ts';
import { workspaceBindingSchema } from './workspaces.ts';

export const timeoutsSchema = shape({}, { pipeline: duration, tasks: duration, finally: duration });
export type Timeouts = z.infer<typeof timeoutsSchema>;

export const taskRunTemplateSchema = shape({}, { serviceAccountName: text, podTemplate: podTemplateSchema });
export type TaskRunTemplate = z.infer<typeof taskRunTemplateSchema>;

/** Overrides for the TaskRun of one PipelineTask. */
export const pipelineTaskRunSpecSchema = shape(
  { pipelineTaskName: text },
  {
    serviceAccountName: text,
    podTemplate: podTemplateSchema,
    stepSpecs: z.array(stepSpecSchema),
    sidecarSpecs: z.array(stepSpecSchema),
    metadata: embeddedMetadataSchema,
    computeResources: resourceRequirementsSchema,
    timeout: duration,
  },
);
export type PipelineTaskRunSpec = z.infer<typeof pipelineTaskRunSpecSchema>;

export const pipelineRunSpecSchema = shape(
  {},
  {
    pipelineRef: pipelineRefSchema,
    pipelineSpec: pipelineSpecSchema,
    params: z.array(paramSchema),
    status: text,
    timeouts: timeoutsSchema,
    taskRunTemplate: taskRunTemplateSchema,
    workspaces: z.array(workspaceBindingSchema),
    taskRunSpecs: z.array(pipelineTaskRunSpecSchema),
    managedBy: text,
  },
);
export type PipelineRunSpec = z.infer<typeof pipelineRunSpecSchema>;

export const childReferenceSchema = shape(
  { apiVersion: text, kind: text, name: text, pipelineTaskName: text },
  { displayName: text, whenExpressions: z.array(whenExpressionSchema) },
);
export type ChildReference = z.infer<typeof childReferenceSchema>;

export const skippedTaskSchema = shape(
  { name: text, reason: text },
  { whenExpressions: z.array(whenExpressionSchema) },
);
export type SkippedTask = z.infer<typeof skippedTaskSchema>;

export const pipelineRunStatusSchema = shape(
  {},
  {
    conditions: z.array(conditionSchema),
    observedGeneration: integer,
    annotations: z.record(z.string(), z.string()),
    startTime: text,
    completionTime: text,
    finallyStartTime: text,
    results: z.array(runResultSchema),
    pipelineSpec: pipelineSpecSchema,
    skippedTasks: z.array(skippedTaskSchema),
    childReferences: z.array(childReferenceSchema),
    provenance: provenanceSchema,
    spanContext: spanContextSchema,
  },
);
export type PipelineRunStatus = z.infer<typeof pipelineRunStatusSchema>;

export const pipelineRunSchema = shape(
  { apiVersion: text, kind: text, metadata: objectMetaSchema, spec: pipelineRunSpecSchema },
  { status: pipelineRunStatusSchema },
);
/** `tekton.dev/v1` PipelineRun. */
export type PipelineRun = z.infer<typeof pipelineRunSchema>;
