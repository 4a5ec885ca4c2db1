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

/** Without `pipelineSpec`, which is a Pipeline again. */
export const pipelineTaskFieldsSchema = shape(
  { name: text },
  {
    displayName: text,
    description: text,
    taskRef: taskRefSchema,
    taskSpec: embeddedTaskSchema,
    pipelineRef: pipelineRefSchema,
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

/** A task of a Pipeline; `pipelineSpec` is a Pipeline written out inside it. */
export type PipelineTask = z.infer<typeof pipelineTaskFieldsSchema> & {
  pipelineSpec?: PipelineSpec | undefined;
};

export const pipelineSpecFields = {
  displayName: text,
  description: text,
  params: z.array(paramSpecSchema),
  workspaces: z.array(pipelineWorkspaceSchema),
  results: z.array(pipelineResultSpecSchema),
};
const plainPipelineSpecSchema = shape({}, pipelineSpecFields);
export type PipelineSpec = z.infer<typeof plainPipelineSpecSchema> & {
  tasks?: PipelineTask[] | undefined;
  finally?: PipelineTask[] | undefined;
};

export const pipelineSpecSchema: z.ZodType<PipelineSpec> = z.lazy(() => pipelineSpec);
export const pipelineTaskSchema: z.ZodType<PipelineTask> = pipelineTaskFieldsSchema.extend({
  pipelineSpec: z.optional(pipelineSpecSchema),
});
const pipelineSpec = shape(
  {},
  { ...pipelineSpecFields, tasks: z.array(pipelineTaskSchema), finally: z.array(pipelineTaskSchema) },
);

export const pipelineSchema = shape(
  { apiVersion: text, kind: text, metadata: objectMetaSchema, spec: pipelineSpecSchema },
  {},
);
/** `tekton.dev/v1` Pipeline. */
export type Pipeline = z.infer<typeof pipelineSchema>;
