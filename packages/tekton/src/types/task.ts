import { z } from 'zod';
import {
  envVarSchema,
  securityContextSchema,
  sidecarSchema,
  stepSchema,
  stepTemplateSchema,
  volumeMountSchema,
} from './containers.ts';
import { objectMetaSchema } from './metadata.ts';
import { paramSpecSchema, resultSpecSchema } from './params.ts';
import { shape, text, texts } from './shape.ts';
import { volumeSchema } from './volumes.ts';
import { workspaceDeclarationSchema } from './workspaces.ts';

export const taskSpecFields = {
  params: z.array(paramSpecSchema),
  displayName: text,
  description: text,
  steps: z.array(stepSchema),
  volumes: z.array(volumeSchema),
  stepTemplate: stepTemplateSchema,
  sidecars: z.array(sidecarSchema),
  workspaces: z.array(workspaceDeclarationSchema),
  results: z.array(resultSpecSchema),
};

export const taskSpecSchema = shape({}, taskSpecFields);
export type TaskSpec = z.infer<typeof taskSpecSchema>;

export const taskSchema = shape(
  { apiVersion: text, kind: text, metadata: objectMetaSchema, spec: taskSpecSchema },
  {},
);
/** `tekton.dev/v1` Task. */
export type Task = z.infer<typeof taskSchema>;

export const stepActionSpecSchema = shape(
  {},
  {
    description: text,
    image: text,
    command: texts,
    args: texts,
    env: z.array(envVarSchema),
    script: text,
    workingDir: text,
    params: z.array(paramSpecSchema),
    results: z.array(resultSpecSchema),
    securityContext: securityContextSchema,
    volumeMounts: z.array(volumeMountSchema),
  },
);
export type StepActionSpec = z.infer<typeof stepActionSpecSchema>;

export const stepActionSchema = shape(
  { apiVersion: text, kind: text, metadata: objectMetaSchema, spec: stepActionSpecSchema },
  {},
);
/** `tekton.dev/v1beta1` StepAction. */
export type StepAction = z.infer<typeof stepActionSchema>;
