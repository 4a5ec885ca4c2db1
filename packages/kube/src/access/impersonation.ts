import type { IncomingHttpHeaders } from 'node:http';
import { KubeError } from '../error.ts';
import type { Authorizer } from './authorizer.ts';
import { gateIdentity, type Identity, observerIdentity, runnerIdentity } from './identity.ts';

/** Identities whose reserved fields vouch for what they write: nobody else speaks as they, not even an admin. */
const neverImpersonated = new Set([runnerIdentity.name, observerIdentity.name, gateIdentity.name]);

function values(header: string | string[] | undefined): string[] {
  if (header === undefined) return [];
  // Node joins repeated headers with a comma and a blank.
  return Array.isArray(header) ? header : header.split(', ');
}

/**
 * Who a request acts as: the one who makes it, or the one that its `Impersonate-*` headers name, which takes the right to
 * `impersonate` the user, each of the groups, and a uid. The headers are the requester's.
 * @throws KubeError Forbidden, or BadRequest when groups come without a user
 */
export function impersonated(
  identity: Identity,
  headers: IncomingHttpHeaders,
  authorizer: Authorizer,
): Identity {
  const [user] = values(headers['impersonate-user']);
  const groups = values(headers['impersonate-group']);
  const [uid] = values(headers['impersonate-uid']);
  const extra = Object.keys(headers).find((name) => name.startsWith('impersonate-extra-'));
  if (!user) {
    if (groups.length === 0 && !uid && !extra) return identity;
    throw new KubeError('BadRequest', 'requested impersonation of groups, a uid or extra without a user');
  }
  if (extra) throw new KubeError('BadRequest', `${extra} is not understood here`);
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  const ask = (group: string, resource: string, name: string, within = '') =>
    authorizer.require(identity, { verb: 'impersonate', group, resource, name, namespace: within });
  if (account) ask('', 'serviceaccounts', account, namespace);
  else ask('', 'users', user);
  for (const group of groups) ask('', 'groups', group);
  if (uid) ask('authentication.k8s.io', 'uids', uid);
  if (neverImpersonated.has(user)) {
    throw new KubeError('Forbidden', `users "${user}" is forbidden: nobody may act as the ${user}`, {
      details: { name: user, kind: 'users' },
    });
  }
  const implied = account ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : [];
  return { name: user, groups: groups.length > 0 ? groups : implied, ...(uid && { uid }) };
}
