import type { Secret } from '@assay/kube';
import { type AddressedSecret, CredentialsProblem, required } from './git-credentials.ts';
import { secretValue } from './service-account.ts';

/** One login of Docker's configuration. */
export interface DockerAuth {
  username?: string;
  password?: string;
  auth: string;
  email?: string;
}

export type DockerAuths = Record<string, DockerAuth>;

/** The logins of a Secret of Docker's types, by registry; undefined for other Secrets. */
export function dockerAuths(secret: Secret): DockerAuths | undefined {
  const old = secret.type === 'kubernetes.io/dockercfg';
  if (!old && secret.type !== 'kubernetes.io/dockerconfigjson') return undefined;
  const key = old ? '.dockercfg' : '.dockerconfigjson';
  const text = required(secret, key);
  try {
    const value = JSON.parse(text) as DockerAuths & { auths?: DockerAuths };
    const auths = old ? value : (value.auths ?? {});
    return Object.fromEntries(Object.entries(auths).map(([url, entry]) => [url, pick(entry)]));
  } catch {
    throw new CredentialsProblem(
      `secret ${secret.metadata.name}: ${key} is not JSON of registries and logins`,
    );
  }
}

function pick({ username, password, auth = '', email }: Partial<DockerAuth>): DockerAuth {
  return { ...(username && { username }), ...(password && { password }), auth, ...(email && { email }) };
}

/** `.docker/config.json`: of logins for one registry the later kind holds (dockercfg, dockerconfigjson, basic-auth). */
export function dockerConfigFile(
  secrets: readonly Secret[],
  basic: readonly AddressedSecret[],
): Map<string, string> {
  const auths: DockerAuths = {};
  for (const type of ['kubernetes.io/dockercfg', 'kubernetes.io/dockerconfigjson']) {
    for (const secret of secrets) if (secret.type === type) Object.assign(auths, dockerAuths(secret));
  }
  const seen = new Set<string>();
  for (const { secret, url } of basic) {
    if (seen.has(url)) throw new CredentialsProblem(`multiple entries for url: ${url}`);
    seen.add(url);
    const username = required(secret, 'username');
    const password = required(secret, 'password');
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    auths[url] = { username, password, auth, email: 'not@val.id' };
  }
  if (Object.keys(auths).length === 0) return new Map();
  const sorted = Object.fromEntries(Object.entries(auths).sort(([a], [b]) => (a < b ? -1 : 1)));
  return new Map([['.docker/config.json', JSON.stringify({ auths: sorted })]]);
}

/** Logins for pulling images, in the form of Docker's `auths`; of Secrets of other types none. */
export function pullAuths(secrets: readonly Secret[]): DockerAuths | undefined {
  const auths: DockerAuths = {};
  // The first that names a registry is tried first.
  for (const secret of [...secrets].reverse()) {
    if (secretValue(secret, '.dockerconfigjson') || secretValue(secret, '.dockercfg'))
      Object.assign(auths, dockerAuths(secret));
  }
  return Object.keys(auths).length > 0 ? auths : undefined;
}
