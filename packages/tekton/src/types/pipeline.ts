import { z } from 'zod';
import { embeddedMetadataSchema, objectMetaSchema } from './metadata.ts';
import {
  matrixSchema,
  paramSchema,
  paramSpecSchema,
  pipelineRefSchema,
  pipelineResultSpecSchema,
  taskRefSchema,
  whenExpressionSchema,
} from './params.ts';
import { duration, integer, jsonObject, shape, text, texts } from './shape.ts';
import { taskSpecFields } from './task.ts';
import { pipelineWorkspaceSchema, workspacePipelineTaskBindingSchema } from './workspaces.ts';

/** A Task written out inside a Pipeline; apiVersion, kind and `spec` belong to custom tasks. */
export const embeddedTaskSchema = shape(
  {},
  { ...taskSpecFields, metadata: embeddedMetadataSchema, apiVersion: text, kind: text, spec: jsonObject },
);
export type EmbeddedTask = z.infer<typeof embeddedTaskSchema>;

export const pipelineTaskSchema = shape(
  { name: text },
  {
    displayName: text,
    description: text,
    taskRef: taskRefSchema,
    taskSpec: embeddedTaskSchema,
    pipelineRef: pipelineRefSchema,
    pipelineSpec: jsonObject,
    when: z.array(whenExpressionSchema),
    retries: integer,
    runAfter: texts,
    params: z.array(paramSchema),
    matrix: matrixSchema,
    workspaces: z.array(workspacePipelineTaskBindingSchema),
    timeout: duration,
    onError: text,
  },
);
export type PipelineTask = z.infer<typeof pipelineTaskSchema>;

export const pipelineSpecSchema = shape(
  {},
  {
    displayName: text,
    description: text,
    params: z.array(paramSpecSchema),
    tasks: z.array(pipelineTaskSchema),
    finally: z.array(pipelineTaskSchema),
    workspaces: z.array(pipelineWorkspaceSchema),
    results: z.array(pipelineResultSpecSchema),
  },
);
export type PipelineSpec = z.infer<typeof pipelineSpecSchema>;

export const pipelineSchema = shape(
  { apiVersion: text, kind: text, metadata: objectMetaSchema, spec: pipelineSpecSchema },
  {},
);
/** `tekton.dev/v1` Pipeline. */
export type Pipeline = z.infer<typeof pipelineSchema>;
