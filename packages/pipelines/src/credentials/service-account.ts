import {
  type Client,
  isKubeError,
  type Secret,
  Secrets,
  type ServiceAccount,
  ServiceAccounts,
} from '@assay/kube';
import type { PodTemplate } from '@assay/tekton';

/** The Secrets that a run gets by its ServiceAccount. */
export interface AccountSecrets {
  /** Absent when it is the account `default` and does not exist. */
  account: ServiceAccount | undefined;
  /** For its steps, in the account's order, each once. */
  secrets: Secret[];
  /** Named by the account, and not there. */
  missing: string[];
  /** For pulling its images: the account's and the podTemplate's. */
  pullSecrets: Secret[];
}

/**
 * Looks up a run's ServiceAccount. The account `default`, which every namespace of a cluster has, may be absent, as may
 * any Secret.
 * @returns undefined when another account is named that does not exist
 */
export async function accountSecrets(
  client: Client,
  namespace: string,
  accountName: string | undefined,
  podTemplate: PodTemplate | undefined,
): Promise<AccountSecrets | undefined> {
  const name = accountName || 'default';
  const account = await found<ServiceAccount>(client.get(ServiceAccounts, namespace, name));
  if (!account && name !== 'default') return undefined;
  const named = (references: readonly { name?: string }[] = []) =>
    references.flatMap((one) => one.name || []);
  const read = async (names: string[]) =>
    Promise.all(
      [...new Set(names)].map(
        async (one) => [one, await found(client.get(Secrets, namespace, one))] as const,
      ),
    );
  const [own, pull] = await Promise.all([
    read(named(account?.secrets)),
    read([...named(podTemplate?.imagePullSecrets), ...named(account?.imagePullSecrets)]),
  ]);
  return {
    account,
    secrets: own.flatMap(([, secret]) => secret ?? []),
    missing: own.flatMap(([one, secret]) => (secret ? [] : [one])),
    pullSecrets: pull.flatMap(([, secret]) => secret ?? []),
  };
}

/** The value of a Secret's key, decoded. */
export function secretValue(secret: Secret, key: string): Buffer | undefined {
  const plain = secret.stringData?.[key];
  if (plain !== undefined) return Buffer.from(plain);
  const encoded = secret.data?.[key];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
}

async function found<T>(object: Promise<T>): Promise<T | undefined> {
  try {
    return await object;
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  }
}
