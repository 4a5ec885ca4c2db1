import type { Condition } from '@assay/kube';
import { z } from 'zod';
import { flag, integer, jsonObject, shape, text, textMap } from './shape.ts';

const conditionFields = shape(
  { type: text, status: text },
  { reason: text, message: text, lastTransitionTime: text, severity: text },
);
export const conditionSchema = conditionFields as unknown as z.ZodType<Condition>;

/** Where a definition came from; `digest` maps algorithm to hex. */
export const refSourceSchema = shape({}, { uri: text, digest: textMap, entryPoint: text });
export type RefSource = z.infer<typeof refSourceSchema>;

/** A cache that a TaskRun began with, and which TaskRun had left it; not one of Tekton's. */
export const cacheUseSchema = shape(
  { workspace: text, key: text },
  { from: shape({ taskRun: text, uid: text }, {}) },
);
export type CacheUse = z.infer<typeof cacheUseSchema>;

export const provenanceSchema = shape(
  {},
  { refSource: refSourceSchema, featureFlags: jsonObject, caches: z.array(cacheUseSchema) },
);
export type Provenance = z.infer<typeof provenanceSchema>;

/** Times are RFC 3339 in UTC with whole seconds, as Kubernetes writes them. */
export const terminatedSchema = shape(
  { exitCode: integer },
  {
    reason: text,
    message: text,
    signal: integer,
    startedAt: text,
    finishedAt: text,
    containerID: text,
  },
);
export type ContainerTerminated = z.infer<typeof terminatedSchema>;

export const containerStateFields = {
  terminated: terminatedSchema,
  running: shape({}, { startedAt: text }),
  waiting: shape({}, { reason: text, message: text }),
};
export type ContainerRunning = { startedAt?: string };
export type ContainerWaiting = { reason?: string; message?: string };

export const artifactSchema = shape(
  {},
  {
    name: text,
    buildOutput: flag,
    values: z.array(shape({}, { uri: text, digest: textMap })),
  },
);
export type Artifact = z.infer<typeof artifactSchema>;

export const spanContextSchema = textMap;
