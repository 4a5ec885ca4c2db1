import { KubeError } from '../error.ts';
import { invalidListOptions } from './list-request.ts';
import { isTrue } from './write-parameters.ts';

/** What a watch is asked to be. */
export interface WatchParameters {
  /** The version after which it begins; undefined for the present state. */
  from: string | undefined;
  /** The present objects come first, as ADDED. */
  initialEvents: boolean;
  /** A bookmark says where those end. */
  markInitialEnd: boolean;
  timeoutMs: number | undefined;
}

const maxTimeoutSeconds = 1_000_000;

/** The parameters of a watch, all of them the requester's. Throws `Invalid`, `BadRequest`. */
export function watchParameters(query: URLSearchParams): WatchParameters {
  const version = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const asked = query.get('sendInitialEvents');
  const send = asked === null ? undefined : isTrue(asked);
  if (match !== '' && send === undefined) {
    throw invalidListOptions(
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
  }
  if (send !== undefined && match !== 'NotOlderThan') {
    throw invalidListOptions(
      'resourceVersionMatch',
      'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  if (version !== '' && !/^\d{1,15}$/.test(version)) {
    throw new KubeError('BadRequest', `invalid resourceVersion: ${JSON.stringify(version)}`);
  }
  const any = version === '' || version === '0';
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  return {
    from: send || any ? undefined : version,
    initialEvents: send ?? any,
    markInitialEnd: send === true && isTrue(query.get('allowWatchBookmarks')),
    timeoutMs: seconds > 0 && seconds < maxTimeoutSeconds ? seconds * 1000 : undefined,
  };
}
