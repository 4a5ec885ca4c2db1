import { z } from 'zod';
import {
  probeSchema,
  resourceRequirementsSchema,
  sidecarSchema,
  stepSchema,
  stepTemplateSchema,
} from './containers.ts';
import { objectMetaSchema } from './metadata.ts';
import { embeddedTaskSchema, pipelineSpecFields, pipelineTaskFieldsSchema } from './pipeline.ts';
import { pipelineRunSpecSchema, pipelineRunStatusSchema, pipelineTaskRunSpecSchema } from './pipelinerun.ts';
import { podTemplateSchema } from './pod-template.ts';
import { duration, flag, jsonObject, shape, text } from './shape.ts';
import { taskSpecFields } from './task.ts';
import { taskRunSpecSchema, taskRunStatusSchema } from './taskrun.ts';

const resources = z.optional(resourceRequirementsSchema);
const overrides = z.optional(z.array(shape({ name: text }, { resources: resourceRequirementsSchema })));
const pipelineResources = z.optional(z.union([jsonObject, z.array(jsonObject)]));

/** Fields that steps had when they were whole containers; without effect. */
const deprecated = {
  ports: z.optional(z.array(jsonObject)),
  livenessProbe: z.optional(probeSchema),
  readinessProbe: z.optional(probeSchema),
  startupProbe: z.optional(probeSchema),
  lifecycle: z.optional(jsonObject),
  terminationMessagePath: z.optional(text),
  terminationMessagePolicy: z.optional(text),
  stdin: z.optional(flag),
  stdinOnce: z.optional(flag),
  tty: z.optional(flag),
};
export const deprecatedStepFields: readonly string[] = Object.keys(deprecated);

const own = { computeResources: true } as const;
const taskFields = {
  ...taskSpecFields,
  steps: z.array(stepSchema.omit(own).extend({ resources, ...deprecated })),
  stepTemplate: stepTemplateSchema.omit(own).extend({ name: z.optional(text), resources, ...deprecated }),
  sidecars: z.array(sidecarSchema.omit(own).extend({ resources })),
};
const taskSpecSchema = shape({}, { ...taskFields, resources: pipelineResources });

const embedded = embeddedTaskSchema.extend(
  Object.fromEntries(
    Object.entries({ ...taskFields, resources: pipelineResources }).map(([name, type]) => [
      name,
      z.optional(type),
    ]),
  ),
);
const pipelineSpecSchema: z.ZodType = z.lazy(() => pipelineSpec);
const pipelineTask = pipelineTaskFieldsSchema.extend({
  taskSpec: z.optional(embedded),
  pipelineSpec: z.optional(pipelineSpecSchema),
  resources: pipelineResources,
});
const pipelineSpec = shape(
  {},
  {
    ...pipelineSpecFields,
    tasks: z.array(pipelineTask),
    finally: z.array(pipelineTask),
    resources: pipelineResources,
  },
);

const runMetadata = { apiVersion: text, kind: text, metadata: objectMetaSchema };
const specs = { stepSpecs: true, sidecarSpecs: true } as const;

const taskRunSpec = taskRunSpecSchema.omit(specs).extend({
  taskSpec: z.optional(taskSpecSchema),
  stepOverrides: overrides,
  sidecarOverrides: overrides,
  resources: pipelineResources,
});
const taskRunStatus = taskRunStatusSchema
  .omit({ results: true, taskSpec: true, retriesStatus: true })
  .extend({
    taskResults: taskRunStatusSchema.shape.results,
    taskSpec: z.optional(taskSpecSchema),
    retriesStatus: z.optional(z.array(jsonObject)),
    cloudEvents: z.optional(z.array(jsonObject)),
    resourcesResult: z.optional(z.array(jsonObject)),
  });

const pipelineTaskRunSpec = pipelineTaskRunSpecSchema
  .omit({ ...specs, serviceAccountName: true, podTemplate: true })
  .extend({
    taskServiceAccountName: z.optional(text),
    taskPodTemplate: z.optional(podTemplateSchema),
    stepOverrides: overrides,
    sidecarOverrides: overrides,
  });
const pipelineRunSpec = pipelineRunSpecSchema.omit({ taskRunTemplate: true }).extend({
  pipelineSpec: z.optional(pipelineSpecSchema),
  taskRunSpecs: z.optional(z.array(pipelineTaskRunSpec)),
  serviceAccountName: z.optional(text),
  podTemplate: z.optional(podTemplateSchema),
  timeout: z.optional(duration),
  resources: pipelineResources,
});
const pipelineRunStatus = pipelineRunStatusSchema.omit({ results: true, pipelineSpec: true }).extend({
  pipelineResults: pipelineRunStatusSchema.shape.results,
  pipelineSpec: z.optional(pipelineSpecSchema),
  taskRuns: z.optional(jsonObject),
  runs: z.optional(jsonObject),
});

/** The kinds of `tekton.dev/v1beta1` that have become `tekton.dev/v1`. */
export const v1beta1Schemas: Readonly<Record<string, z.ZodType>> = {
  Task: shape({ ...runMetadata, spec: taskSpecSchema }, {}),
  Pipeline: shape({ ...runMetadata, spec: pipelineSpec }, {}),
  TaskRun: shape({ ...runMetadata, spec: taskRunSpec }, { status: taskRunStatus }),
  PipelineRun: shape({ ...runMetadata, spec: pipelineRunSpec }, { status: pipelineRunStatus }),
};
