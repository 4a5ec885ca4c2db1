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

/** What the requester demands of the version that a list shows. Throws `Expired`, `Invalid`, `BadRequest`. */
function checkVersion(query: URLSearchParams, currentVersion: number): void {
  const wanted = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  if (match !== '' && match !== 'Exact' && match !== 'NotOlderThan') {
    throw invalidListOptions(
      'resourceVersionMatch',
      `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan"`,
    );
  }
  if (match !== '' && wanted === '') {
    throw invalidListOptions(
      'resourceVersionMatch',
      'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  }
  if (wanted === '') return;
  if (!/^\d{1,15}$/.test(wanted)) {
    throw new KubeError('BadRequest', `invalid resourceVersion: ${JSON.stringify(wanted)}`);
  }
  const version = Number(wanted);
  if (match === 'Exact' && version < currentVersion) throw expired(version, currentVersion);
  if (version > currentVersion) {
    // Only a store that was put back to an earlier state is behind what a client has seen.
    throw expired(version, currentVersion);
  }
}

export function invalidListOptions(field: string, why: string): KubeError {
  return new KubeError('Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: ${why}`, {
    details: {
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      causes: [{ reason: 'FieldValueForbidden', field, message: why }],
    },
  });
}

/** The parameters of a list, all of them the requester's. Throws `BadRequest`, `Expired`, `Invalid`. */
export function listParameters(
  query: URLSearchParams,
  namespace: string | undefined,
  currentVersion: number,
): { options: ListOptions; paging: { limit?: number; from?: Next } } {
  const limit = query.get('limit') || '0';
  if (!/^\d{1,9}$/.test(limit)) throw new KubeError('BadRequest', `invalid limit: ${JSON.stringify(limit)}`);
  const token = query.get('continue');
  const from = token ? decodeContinue(token) : undefined;
  if (!from) checkVersion(query, currentVersion);
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
 * `metadata` of a list. Pages after the first show the present state under the version of the first: a watch from that
 * version tells everything that changed in between.
 */
export function listMetadata(page: ObjectPage): { resourceVersion: string; continue?: string } {
  return {
    resourceVersion: String(page.version),
    ...(page.next && { continue: encodeContinue(page.next) }),
  };
}

/** The JSON of a `<Kind>List`, from its items' JSON. */
export function listBody(resource: ResourceType, metadata: object, items: readonly string[]): string {
  const head = JSON.stringify({ kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata });
  return `${head.slice(0, -1)},"items":[${items.join(',')}]}`;
}
