import { z } from 'zod';
import { shape, text, texts } from './shape.ts';

export type ParamType = 'string' | 'array' | 'object';

/** A param's or result's value: text, list of texts, or map of texts. */
export type ParamValue = string | string[] | Record<string, string>;

/** Any JSON is let in: what is not a ParamValue becomes its JSON text when defaults are set, as in Tekton. */
export const paramValueSchema = z.unknown() as unknown as z.ZodType<ParamValue>;

export const propertySpecSchema = shape({}, { type: text });
export type PropertySpec = z.infer<typeof propertySpecSchema>;

export const paramSpecSchema = shape(
  { name: text },
  {
    type: text,
    description: text,
    properties: z.record(z.string(), propertySpecSchema),
    default: paramValueSchema,
    enum: texts,
  },
);
export type ParamSpec = z.infer<typeof paramSpecSchema>;

export const paramSchema = shape({ name: text, value: paramValueSchema }, {});
export type Param = z.infer<typeof paramSchema>;

/** A reference to a definition elsewhere: by name in the cluster, or through a resolver. */
const resolverFields = { resolver: text, params: z.array(paramSchema) };

export const taskRefSchema = shape(
  {},
  { name: text, kind: text, apiVersion: text, bundle: text, ...resolverFields },
);
export type TaskRef = z.infer<typeof taskRefSchema>;

export const pipelineRefSchema = shape(
  {},
  { name: text, kind: text, apiVersion: text, bundle: text, ...resolverFields },
);
export type PipelineRef = z.infer<typeof pipelineRefSchema>;

export const stepRefSchema = shape({}, { name: text, ...resolverFields });
export type StepRef = z.infer<typeof stepRefSchema>;

/** A declared result of a Task, Step or StepAction. */
export const resultSpecSchema = shape(
  { name: text },
  {
    type: text,
    description: text,
    properties: z.record(z.string(), propertySpecSchema),
    value: paramValueSchema,
  },
);
export type ResultSpec = z.infer<typeof resultSpecSchema>;

/** A declared result of a Step or StepAction, which has no value of its own. */
export const stepResultSpecSchema = resultSpecSchema.omit({ value: true });

/** A declared result of a Pipeline. */
export const pipelineResultSpecSchema = shape(
  { name: text, value: paramValueSchema },
  { type: text, description: text },
);
export type PipelineResultSpec = z.infer<typeof pipelineResultSpecSchema>;

/** A result that a run produced. */
export const runResultSchema = shape({ name: text, value: paramValueSchema }, { type: text });
export type RunResult = z.infer<typeof runResultSchema>;

export const whenExpressionSchema = shape({}, { input: text, operator: text, values: texts, cel: text });
export type WhenExpression = z.infer<typeof whenExpressionSchema>;

export const matrixSchema = shape(
  {},
  {
    params: z.array(paramSchema),
    include: z.array(shape({}, { name: text, params: z.array(paramSchema) })),
  },
);
export type Matrix = z.infer<typeof matrixSchema>;
