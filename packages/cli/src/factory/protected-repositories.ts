import {
  type Authorizer,
  type Client,
  enforceSchema,
  type Identity,
  type JsonSchema,
  type KubeObject,
  type ResourceType,
} from '@assay/kube';

/**
 * A part of the factory's own registry that only some may push to. It lies in the namespace that answers for it: whoever
 * has the right to `push` it there may push, nobody else. RBAC's verbs are open, so a Role grants `push` like any other.
 */
export interface ProtectedRepository extends KubeObject {
  spec: {
    /** A repository's path without the host, `released/app`; or, with `/*` at the end, all repositories below. */
    repository: string;
  };
}

const pathPattern = '^(\\*|[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*(/\\*)?)$';

const schema: JsonSchema = {
  type: 'object',
  required: ['spec'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      required: ['repository'],
      properties: {
        repository: {
          type: 'string',
          maxLength: 255,
          pattern: pathPattern,
          description:
            'The path of a repository without the host; with /* at the end, of all below; or * for all.',
        },
      },
    },
  },
};

export const ProtectedRepositories: ResourceType<ProtectedRepository> = enforceSchema({
  group: 'registry.assay.dev',
  version: 'v1',
  kind: 'ProtectedRepository',
  plural: 'protectedrepositories',
  namespaced: true,
  hasStatus: false,
  shortNames: ['protrepo'],
  schema,
  columns: [{ name: 'Repository', type: 'string', jsonPath: '.spec.repository' }],
});

/** The protections that a repository is under. */
export function protectionsOf(
  repository: string,
  protections: readonly ProtectedRepository[],
): ProtectedRepository[] {
  return protections.filter(({ spec }) => covers(spec.repository, repository));
}

function covers(pattern: string, repository: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('/*') ? repository.startsWith(pattern.slice(0, -1)) : pattern === repository;
}

/** Who may push where: asked of the store each time, so that a changed protection or role counts at once. */
export class RepositoryProtection {
  readonly #client: Client;
  readonly #authorizer: Authorizer;

  /** @param client with the right to list protections in all namespaces */
  constructor(client: Client, authorizer: Authorizer) {
    this.#client = client;
    this.#authorizer = authorizer;
  }

  /** Everything that is protected. */
  async list(): Promise<readonly ProtectedRepository[]> {
    return (await this.#client.list(ProtectedRepositories)).items;
  }

  /**
   * Tells whether a repository is protected and, if it is, whether the identity may change it: every protection that it
   * is under has to permit it. Deleting from it takes the same right as pushing to it.
   */
  async decide(
    repository: string,
    identity: Identity | undefined,
  ): Promise<'unprotected' | 'allowed' | 'refused'> {
    const protections = protectionsOf(repository, await this.list());
    if (protections.length === 0) return 'unprotected';
    const { group, plural } = ProtectedRepositories;
    const isAllowed =
      identity !== undefined &&
      protections.every(
        ({ metadata: { namespace, name } }) =>
          this.#authorizer.decide(identity, { verb: 'push', group, resource: plural, namespace, name })
            .allowed,
      );
    return isAllowed ? 'allowed' : 'refused';
  }
}
