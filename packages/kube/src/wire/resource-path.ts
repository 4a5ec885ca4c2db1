import { KubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { namespaceOf } from '../resource.ts';

/** What a path of the API names. */
export interface ResourcePath {
  group: string;
  version: string;
  plural: string;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
}

/** The path of a resource, an object of it, or a subresource of that. Without a namespace: all of them. */
export function resourcePath(
  resource: ResourceType,
  at: { namespace?: string | undefined; name?: string; subresource?: string | undefined } = {},
): string {
  const base =
    resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const namespace = at.name === undefined ? at.namespace : namespaceOf(resource, at.namespace);
  const parts = [
    ...(resource.namespaced && namespace ? ['namespaces', namespace] : []),
    resource.plural,
    ...(at.name ? [at.name] : []),
    ...(at.subresource ? [at.subresource] : []),
  ];
  return `${base}/${parts.map(encodeURIComponent).join('/')}`;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new KubeError('BadRequest', `the path has a malformed escape: ${segment}`);
  }
}

/**
 * Reads `/api/v1/...` and `/apis/<group>/<version>/...`; the path is the requester's. Undefined when it names no
 * resource. `/namespaces/<name>/status` is the namespace's status, as in Kubernetes.
 */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const [root, ...segments] = path.replace(/^\//, '').replace(/\/$/, '').split('/').map(decode);
  let group = '';
  if (root === 'apis') group = segments.shift() ?? '';
  else if (root !== 'api') return undefined;
  const version = segments.shift();
  if (version === undefined || segments.length === 0 || segments.includes('')) return undefined;
  let namespace: string | undefined;
  const scoped = segments[0] === 'namespaces' && segments.length >= 3;
  const ownSubresource = segments.length === 3 && ['status', 'finalize'].includes(segments[2] ?? '');
  if (scoped && !ownSubresource) [, namespace] = segments.splice(0, 2);
  const [plural = '', name, subresource, ...rest] = segments;
  if (rest.length > 0) return undefined;
  return { group, version, plural, namespace, name, subresource };
}
