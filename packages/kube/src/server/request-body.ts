import type { DeleteOptions } from '../client/client.ts';
import { KubeError } from '../error.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';

/** The media types of a body that are read. All carry JSON. */
export const bodyTypes = [
  'application/json',
  'application/merge-patch+json',
  'application/json-patch+json',
] as const;

/** The media type of a Content-Type header, parameters aside. */
function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]!.trim().toLowerCase();
}

/** How a PATCH changes an object, by the type of its body; the body is the requester's. Throws `UnsupportedMediaType`. */
export function patchFunction(contentType: string | undefined, body: unknown): (before: unknown) => unknown {
  switch (mediaType(contentType)) {
    case 'application/merge-patch+json':
      if (typeof body !== 'object' || body === null || Array.isArray(body)) {
        throw new KubeError('BadRequest', 'a merge patch of an object is an object');
      }
      return (before) => mergePatch(before, body);
    case 'application/json-patch+json':
      return (before) => jsonPatch(before, body);
    default:
      throw unsupportedMediaType(contentType);
  }
}

export function unsupportedMediaType(contentType: string | undefined): KubeError {
  return new KubeError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format (${contentType ?? 'none'}) - accepted media types include: ${bodyTypes.join(', ')}`,
  );
}

/** DeleteOptions from a body and the query, which wins; both are the requester's. */
export function deleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const sent = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const policy = query.get('propagationPolicy') ?? sent.propagationPolicy;
  const conditions = (
    typeof sent.preconditions === 'object' && sent.preconditions !== null ? sent.preconditions : {}
  ) as Record<string, unknown>;
  const preconditions = {
    ...(typeof conditions.uid === 'string' && { uid: conditions.uid }),
    ...(typeof conditions.resourceVersion === 'string' && { resourceVersion: conditions.resourceVersion }),
  };
  return {
    preconditions,
    ...(policy !== undefined && policy !== null && { propagationPolicy: policy as 'Background' }),
  };
}
