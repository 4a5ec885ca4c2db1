import type { KubeObject } from '@assay/kube';
import { KubeError } from '@assay/kube';

/** Type and reason of the condition of a plan, or an admission, that found its other half. */
export const matched = 'Matched';

/** Refuses a label that is neither true nor false. @throws KubeError BadRequest */
export function requireBooleanLabel(object: KubeObject, label: string): void {
  const value = object.metadata.labels?.[label];
  if (value === undefined || value === 'true' || value === 'false') return;
  throw new KubeError('BadRequest', `'${label}' label can only be set to true or false`, {
    hint: `it is ${JSON.stringify(value)}`,
  });
}
