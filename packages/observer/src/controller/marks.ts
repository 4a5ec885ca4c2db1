import type { ObjectMeta } from '@assay/kube';

/** Annotations by which the observer says what it did; the keys are Tekton Chains'. */
const prefix = 'chains.tekton.dev/';
export const signedAnnotation = `${prefix}signed`;
export const retriesAnnotation = `${prefix}retries`;

/** `payload-<key>` and `signature-<key>`: the statement and its envelope, each in base64. */
export function payloadAnnotation(key: string): string {
  return `${prefix}payload-${key}`;
}

export function signatureAnnotation(key: string): string {
  return `${prefix}signature-${key}`;
}

/** The finalizer that keeps a run until it was looked at. */
export const finalizers = {
  TaskRun: `${prefix}taskrun`,
  PipelineRun: `${prefix}pipelinerun`,
} as const;

/** True when the observer has ended with a run, well or badly. */
export function isReconciled(metadata: ObjectMeta | undefined): boolean {
  const mark = metadata?.annotations?.[signedAnnotation];
  return mark === 'true' || mark === 'failed';
}
