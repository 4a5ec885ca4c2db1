import type { Secret, ServiceAccount, ServiceAccountTokens } from '@assay/kube';
import { durationOf, type TaskRun } from '@assay/tekton';
import { registryAudience } from './registry-identities.ts';

/** Set to `true` on a ServiceAccount, its runs are logged in to the factory's own registry as the account. */
export const loginAnnotation = 'registry.assay.dev/login';

/** A run that never times out gets a login for a day. */
const endlessSeconds = 24 * 3600;
const defaultTimeoutMs = 60 * 60_000;
/** Until a run that was told to stop has. */
const graceSeconds = 300;

/**
 * The login of a run's steps to the factory's own registry, in the form of a Secret that is stored nowhere: a token of
 * the run's ServiceAccount, which opens no other door and ends with the run's time. None unless the account asks.
 */
export async function registryLogin(
  account: ServiceAccount,
  taskRun: TaskRun,
  { tokens, registryHost }: { tokens: ServiceAccountTokens; registryHost: string },
): Promise<Secret[]> {
  const { name = '', namespace = '', uid = '', annotations } = account.metadata;
  if (annotations?.[loginAnnotation] !== 'true') return [];
  const seconds = Math.ceil((durationOf(taskRun.spec.timeout) ?? defaultTimeoutMs) / 1000);
  const { token } = await tokens.issue({
    namespace,
    name,
    uid,
    audiences: [registryAudience],
    lifetimeSeconds: seconds === 0 ? endlessSeconds : seconds + graceSeconds,
  });
  const username = `${namespace}/${name}`;
  const auth = Buffer.from(`${username}:${token}`).toString('base64');
  const config = JSON.stringify({ auths: { [registryHost]: { username, password: token, auth } } });
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `${name}-registry-login`, namespace },
      type: 'kubernetes.io/dockerconfigjson',
      stringData: { '.dockerconfigjson': config },
    },
  ];
}
