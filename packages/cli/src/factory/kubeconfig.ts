/** `v1` Config of client-go: where clusters are and who one is there. */
export interface Kubeconfig {
  apiVersion: 'v1';
  kind: 'Config';
  clusters: { name: string; cluster: Record<string, unknown> }[];
  users: { name: string; user: Record<string, unknown> }[];
  contexts: { name: string; context: Record<string, unknown> }[];
  'current-context': string;
  [field: string]: unknown;
}

export interface KubeconfigParts {
  server: string;
  /** The authority's certificate, in PEM. */
  authority: string;
  token: string;
  namespace: string;
  /** Told apart by it in files that hold several; the context has it, too. */
  user: string;
  context: string;
}

const cluster = 'assay';

export function makeKubeconfig(parts: KubeconfigParts): Kubeconfig {
  const { server, authority, token, namespace, user, context } = parts;
  const certificate = Buffer.from(authority).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': certificate } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: context, context: { cluster, user, namespace } }],
    'current-context': context,
    preferences: {},
  };
}

/** An existing kubeconfig with the entries of another in place of those of the same names, and its context current. */
export function mergeKubeconfig(existing: Partial<Kubeconfig>, added: Kubeconfig): Kubeconfig {
  const merge = <T extends { name: string }>(
    before: readonly T[] | null | undefined,
    after: readonly T[],
  ) => [...(before ?? []).filter(({ name }) => !after.some((one) => one.name === name)), ...after];
  return {
    ...existing,
    apiVersion: 'v1',
    kind: 'Config',
    clusters: merge(existing.clusters, added.clusters),
    users: merge(existing.users, added.users),
    contexts: merge(existing.contexts, added.contexts),
    'current-context': added['current-context'],
  };
}
