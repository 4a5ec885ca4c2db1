import type { ListOptions } from '../client/client.ts';
import { KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { apiVersionOf } from '../resource.ts';
import type { ObjectPage } from '../store/store-client.ts';
import { expired } from '../store/watch-hub.ts';

type Next = NonNullable<ObjectPage['next']>;

function encodeContinue(next: Next): string {
  return Buffer.from(JSON.stringify([next.version, next.namespace, next.name])).toString('base64url');
}

function decodeContinue(token: string): Next {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(parsed)) {
      const [version, namespace, name] = parsed as unknown[];
      if (Number.isSafeInteger(version) && typeof namespace === 'string' && typeof name === 'string') {
        return { version: version as number, namespace, name };
      }
    }
  } catch {
    // Refused below.
  }
  throw new KubeError('BadRequest', 'continue key is not valid');
}

/** The parameters of a list, all of them the requester's. Throws `BadRequest`. */
export function listParameters(
  query: URLSearchParams,
  namespace: string | undefined,
  currentVersion: number,
): { options: ListOptions; paging: { limit?: number; from?: Next } } {
  const limit = query.get('limit') ?? '0';
  if (!/^\d{1,9}$/.test(limit)) throw new KubeError('BadRequest', `invalid limit: ${JSON.stringify(limit)}`);
  const token = query.get('continue');
  const from = token ? decodeContinue(token) : undefined;
  if (from && from.version > currentVersion) throw expired(from.version, currentVersion);
  return {
    options: selectorParameters(query, namespace),
    paging: { ...(Number(limit) > 0 && { limit: Number(limit) }), ...(from && { from }) },
  };
}

export function selectorParameters(query: URLSearchParams, namespace: string | undefined): ListOptions {
  const labelSelector = query.get('labelSelector');
  const fieldSelector = query.get('fieldSelector');
  return {
    ...(namespace !== undefined && { namespace }),
    ...(labelSelector !== null && { labelSelector }),
    ...(fieldSelector !== null && { fieldSelector }),
  };
}

/**
 * The JSON of a `<Kind>List`, from the objects' stored text. Pages after the first show the present state under the
 * version of the first: a watch from that version tells everything that changed in between.
 */
export function listBody(resource: ResourceType, page: ObjectPage): string {
  const metadata = {
    resourceVersion: String(page.version),
    ...(page.next && { continue: encodeContinue(page.next) }),
  };
  const head = JSON.stringify({ kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata });
  return `${head.slice(0, -1)},"items":[${page.objects.map((stored) => stored.body).join(',')}]}`;
}
