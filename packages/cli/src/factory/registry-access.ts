import { toolboxImages } from '@assay/library';
import type { Access, Verdict } from '@assay/oci';

/** Where a request to the registry comes from; an address is there for TCP alone. */
interface Requester {
  raw: { socket: { remoteAddress?: string | undefined } };
}

/**
 * Who may do what in the factory's own registry. Steps reach it through a Unix socket, host programs over TCP, so the
 * two are told apart by what no request can claim. Steps push what they build, anywhere but to the images that other
 * steps run in, and delete nothing: evidence of earlier builds stays.
 */
export function authorizeRegistry(request: Requester, { repository, action }: Access): Verdict {
  const fromStep = request.raw.socket.remoteAddress === undefined;
  if (!fromStep || action === 'pull') return 'allow';
  if (action === 'delete') return 403;
  return repository !== undefined && Object.hasOwn(toolboxImages, repository) ? 403 : 'allow';
}
