import { toolboxImages } from '@assay/library';
import type { Access, Verdict } from '@assay/oci';
import type { RepositoryProtection } from './protected-repositories.ts';
import type { RegistryIdentities } from './registry-identities.ts';

/** Where a request to the registry comes from, and as whom; all but the address is the requester's. */
export interface RegistryRequest {
  raw: {
    /** An address is there for TCP alone. */
    socket: { remoteAddress?: string | undefined };
    url?: string | undefined;
  };
  headers: { authorization?: string | undefined };
}

export interface RegistryAccessOptions {
  identities: RegistryIdentities;
  protection: RepositoryProtection;
}

/**
 * Who may do what in the factory's own registry. Steps reach it through a Unix socket, host programs over TCP, so the
 * two are told apart by what no request can claim. Steps push what they build, anywhere but to what others rely on: the
 * images that steps run in, the trusted library with its trust data, and the gate's plans. They delete nothing: evidence of
 * earlier builds stays. To a protected repository pushes, and there deletes, from wherever it comes, whoever shows a token of
 * somebody with the right to.
 */
export function createRegistryAuthorizer(
  options: RegistryAccessOptions,
): (request: RegistryRequest, access: Access) => Promise<Verdict> {
  const { identities, protection } = options;
  return async (request, { repository, action }) => {
    if (repository === undefined) return isPing(request) ? answerPing(request) : 'allow';
    if (action === 'pull') return 'allow';
    const requester = await identities.of(request.headers.authorization);
    const identity = typeof requester === 'object' ? requester : undefined;
    const decision = await protection.decide(repository, identity);
    if (decision === 'refused') return identity ? 403 : 401;
    const fromStep = request.raw.socket.remoteAddress === undefined;
    const mayNot = fromStep && decision === 'unprotected' && (action === 'delete' || isReliedOn(repository));
    return mayNot ? 403 : 'allow';
  };

  /** Clients ask here first, and show credentials later only if they are asked for them now. */
  async function answerPing({ headers }: RegistryRequest): Promise<Verdict> {
    if ((await protection.list()).length === 0) return 'allow';
    if (headers.authorization === undefined) return 401;
    return (await identities.of(headers.authorization)) === 'unknown' ? 401 : 'allow';
  }
}

function isReliedOn(repository: string): boolean {
  return Object.hasOwn(toolboxImages, repository) || /^(library|releases)\//.test(repository);
}

function isPing({ raw }: RegistryRequest): boolean {
  return /^\/v2\/?(\?|$)/.test(raw.url ?? '');
}
