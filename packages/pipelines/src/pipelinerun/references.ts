import type { Client, KubeErrorCode, KubeObject, ResourceType } from '@assay/kube';
import { isKubeError } from '@assay/kube';
import type { Lookup } from '@assay/tekton';
import { TektonError } from '@assay/tekton';

/** Definitions of one namespace by name; undefined when there is none. */
export function lookupIn<T extends KubeObject>(
  client: Client,
  resource: ResourceType<T>,
  namespace: string,
): Lookup<T> {
  return async (name) => {
    try {
      return await client.get(resource, namespace, name);
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  };
}

const permanent: readonly KubeErrorCode[] = ['Invalid', 'BadRequest', 'Forbidden'];

/** True when following a reference again would bring the same error, so that the run has to fail rather than wait. */
export function isPermanent(error: unknown): error is Error {
  return error instanceof TektonError || permanent.some((code) => isKubeError(error, code));
}
