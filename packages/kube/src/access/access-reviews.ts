import { KubeError } from '../error.ts';
import { compactRules } from '../rbac/policy-rule.ts';
import type { PolicyRule } from '../rbac/rbac-resources.ts';
import type { AccessRequest } from './access-request.ts';
import type { Authorizer } from './authorizer.ts';
import { allGroups, type Identity } from './identity.ts';

/**
 * The reviews of `authorization.k8s.io/v1` and `authentication.k8s.io/v1`: questions that are answered and not stored. The
 * bodies are the requester's.
 */

type Body = Record<string, unknown>;

function record(value: unknown, what: string): Body {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body;
  throw new KubeError('BadRequest', `${what} is not an object`);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** `spec.resourceAttributes` or `spec.nonResourceAttributes`, of which there is exactly one. */
function requestOf(spec: Body): AccessRequest {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if ((resourceAttributes === undefined) === (nonResourceAttributes === undefined)) {
    throw new KubeError(
      'Invalid',
      'spec: Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
  }
  if (nonResourceAttributes !== undefined) {
    const { verb, path } = record(nonResourceAttributes, 'spec.nonResourceAttributes');
    return { verb: text(verb), path: text(path) };
  }
  const attributes = record(resourceAttributes, 'spec.resourceAttributes');
  return {
    verb: text(attributes.verb),
    group: text(attributes.group),
    resource: text(attributes.resource),
    subresource: text(attributes.subresource) || undefined,
    namespace: text(attributes.namespace),
    name: text(attributes.name),
  };
}

function answered(kind: string, group: string, spec: unknown, status: unknown, metadata: unknown = {}): Body {
  return { kind, apiVersion: `${group}/v1`, metadata, spec, status };
}

function specOf(body: unknown): Body {
  return record(record(body, 'the body').spec ?? {}, 'spec');
}

function decision(authorizer: Authorizer, identity: Identity, request: AccessRequest): Body {
  const { allowed, reason } = authorizer.decide(identity, request);
  return { allowed, ...(reason && { reason }) };
}

/** May I? */
export function selfSubjectAccessReview(authorizer: Authorizer, identity: Identity, body: unknown): Body {
  const spec = specOf(body);
  const status = decision(authorizer, identity, requestOf(spec));
  return answered('SelfSubjectAccessReview', 'authorization.k8s.io', spec, status);
}

/** May somebody? With a namespace: there, as LocalSubjectAccessReview asks. */
export function subjectAccessReview(authorizer: Authorizer, body: unknown, namespace?: string): Body {
  const spec = specOf(body);
  const request = requestOf(spec);
  if (namespace !== undefined && (!('group' in request) || (request.namespace || namespace) !== namespace)) {
    throw new KubeError(
      'Invalid',
      `spec.resourceAttributes.namespace: Invalid value: must match metadata.namespace, which is "${namespace}"`,
    );
  }
  const groups = Array.isArray(spec.groups) ? spec.groups.map(text) : [];
  const name = text(spec.user);
  if (name === '' && groups.length === 0) {
    throw new KubeError(
      'Invalid',
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    );
  }
  // Groups are as the requester says, so nobody is taken for authenticated who is not said to be.
  const status = decision(authorizer, { name, groups }, request);
  const [kind, metadata] =
    namespace === undefined ? ['SubjectAccessReview', {}] : ['LocalSubjectAccessReview', { namespace }];
  return answered(kind as string, 'authorization.k8s.io', spec, status, metadata);
}

/** What may I, in a namespace? */
export function selfSubjectRulesReview(authorizer: Authorizer, identity: Identity, body: unknown): Body {
  const spec = specOf(body);
  const namespace = text(spec.namespace);
  if (namespace === '') throw new KubeError('BadRequest', 'no namespace on request');
  const rules = compactRules(authorizer.rulesFor(identity, namespace));
  const of = (wanted: (rule: PolicyRule) => boolean) => rules.filter(wanted);
  return answered('SelfSubjectRulesReview', 'authorization.k8s.io', spec, {
    resourceRules: of(({ nonResourceURLs }) => !nonResourceURLs),
    nonResourceRules: of(({ nonResourceURLs }) => nonResourceURLs !== undefined),
    incomplete: false,
  });
}

/** Who an identity is, as `userInfo` has it. */
export function userInfo(identity: Identity): Body {
  const { name, uid, extra } = identity;
  return {
    username: name,
    ...(uid !== undefined && { uid }),
    groups: allGroups(identity),
    ...(extra && { extra }),
  };
}

/** Who am I? */
export function selfSubjectReview(identity: Identity): Body {
  const status = { userInfo: userInfo(identity) };
  return { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: {}, status };
}

/** Whose token is this? `authenticate` answers for the audiences asked for. */
export async function tokenReview(
  body: unknown,
  authenticate: (token: string, audiences: readonly string[]) => Promise<Identity | undefined>,
): Promise<Body> {
  const spec = specOf(body);
  const audiences = Array.isArray(spec.audiences) ? spec.audiences.map(text) : [];
  const identity = await authenticate(text(spec.token), audiences);
  const status = identity
    ? { authenticated: true, user: userInfo(identity), ...(audiences.length > 0 && { audiences }) }
    : { user: {}, error: 'the token is not valid' };
  // The token is not sent back.
  const { token: _, ...rest } = spec;
  return answered('TokenReview', 'authentication.k8s.io', rest, status);
}
