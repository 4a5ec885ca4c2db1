import type { Client } from '@assay/kube';
import { isKubeError, Secrets } from '@assay/kube';
import { resolutionFailed } from './remote.ts';

/**
 * One key of a Secret of the run's namespace, decoded.
 * @throws TektonError ResolutionFailed, in the words of Tekton's resolvers
 */
export async function secretValue(
  client: Client | undefined,
  namespace: string,
  name: string,
  key: string,
): Promise<string> {
  const missing = () =>
    resolutionFailed(`cannot get API token, secret ${name} not found in namespace ${namespace}`);
  if (client === undefined) throw missing();
  const secret = await client.get(Secrets, namespace, name).catch((error: unknown) => {
    if (isKubeError(error, 'NotFound')) throw missing();
    throw resolutionFailed(
      `error reading API token from secret ${name} in namespace ${namespace}: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  });
  const value = secret.data?.[key];
  if (value === undefined) {
    throw resolutionFailed(
      `cannot get API token, key ${key} not found in secret ${name} in namespace ${namespace}`,
    );
  }
  return Buffer.from(value, 'base64').toString();
}
