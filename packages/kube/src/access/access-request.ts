/** A question about rights, in the terms of Kubernetes' authorizers. All of it may come from the requester. */
export type AccessRequest = ResourceRequest | PathRequest;

export interface ResourceRequest {
  verb: string;
  /** Empty for the core group. */
  group: string;
  /** The plural. */
  resource: string;
  subresource?: string | undefined;
  /** Empty or absent for all namespaces, and for cluster-scoped resources. */
  namespace?: string | undefined;
  name?: string | undefined;
}

/** A path of the API that is no resource: `/metrics`, `/openapi/v3`. */
export interface PathRequest {
  verb: string;
  path: string;
}

export interface Decision {
  allowed: boolean;
  /** Why it is allowed, or, where it is known, why not. */
  reason: string;
}

export function isPathRequest(request: AccessRequest): request is PathRequest {
  return 'path' in request;
}

/** What Kubernetes says of a request that is not allowed, after `forbidden: `. */
export function describeRefusal(user: string, request: AccessRequest): string {
  if (isPathRequest(request)) return `User "${user}" cannot ${request.verb} path "${request.path}"`;
  const { verb, group, resource, subresource, namespace } = request;
  const path = subresource ? `${resource}/${subresource}` : resource;
  const scope = namespace ? ` in the namespace "${namespace}"` : ' at the cluster scope';
  return `User "${user}" cannot ${verb} resource "${path}" in API group "${group}"${scope}`;
}
