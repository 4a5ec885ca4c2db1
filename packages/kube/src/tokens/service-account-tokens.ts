import { createHash, randomUUID } from 'node:crypto';
import type { Authenticator } from '../access/authenticator.ts';
import { apiServerIdentity, type Identity } from '../access/identity.ts';
import { type Clock, systemClock } from '../clock.ts';
import { ServiceAccounts } from '../core/service-account.ts';
import { isKubeError } from '../error.ts';
import type { AnyObject } from '../resource.ts';
import type { Store } from '../store/store.ts';
import type { TokenKey } from './token-key.ts';

/** Who signs the tokens, and whom they are for when nobody else is named. */
export const defaultIssuer = 'https://kubernetes.default.svc.cluster.local';

/** The object a token is bound to: when it is gone, so is the token. */
export interface BoundObject {
  kind: 'Pod' | 'Secret';
  name: string;
  uid: string;
}

export interface IssueToken {
  namespace: string;
  name: string;
  uid: string;
  audiences: readonly string[];
  lifetimeSeconds: number;
  bound?: BoundObject;
}

export interface IssuedToken {
  token: string;
  /** Milliseconds since the epoch. */
  expires: number;
}

export interface ServiceAccountTokens extends Authenticator {
  readonly issuer: string;
  issue(request: IssueToken): Promise<IssuedToken>;
  /** The uid of an object that tokens can be bound to, as it is now; undefined when there is none. */
  uidOf(kind: BoundObject['kind'], namespace: string, name: string): string | undefined;
  /**
   * Who holds the token: signed by the key, in its time, for one of the audiences (this API's, unless named), of a
   * ServiceAccount that still exists under its uid, and bound to nothing that is gone. Undefined for any other.
   * The token is the requester's.
   */
  authenticate(token: string, audiences?: readonly string[]): Promise<Identity | undefined>;
}

export interface ServiceAccountTokensOptions {
  store: Store;
  key: TokenKey;
  /** @default systemClock */
  clock?: Clock;
  /** @default https://kubernetes.default.svc.cluster.local */
  issuer?: string;
  /** The uid of a bound object as it is now, undefined when it is gone. @default looked up in the store */
  uidOf?(kind: BoundObject['kind'], namespace: string, name: string): string | undefined;
}

/** The claims that Kubernetes puts under `kubernetes.io`. */
interface KubernetesClaims {
  namespace: string;
  serviceaccount: { name: string; uid: string };
  pod?: { name: string; uid: string };
  secret?: { name: string; uid: string };
}

/** A token whose signature was checked. */
interface Checked {
  kubernetes: KubernetesClaims;
  audiences: string[];
  notBefore: number;
  expires: number;
  id: string;
}

const maxRemembered = 1000;

/**
 * Signed tokens of ServiceAccounts, as Kubernetes' TokenRequest gives them: JWTs (RFC 7519) with ES256. Nothing of a
 * token is kept but the fact that its signature was right.
 */
export function createServiceAccountTokens(options: ServiceAccountTokensOptions): ServiceAccountTokens {
  const { store, key, clock = systemClock, issuer = defaultIssuer } = options;
  const client = store.client(apiServerIdentity);
  const remembered = new Map<string, Checked>();

  const present = (group: string, plural: string, namespace: string, name: string): AnyObject | undefined => {
    const resource = store.resources.find(group, 'v1', plural);
    if (!resource) return undefined;
    try {
      return JSON.parse(client.getBody(resource, namespace, name).body) as AnyObject;
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw error;
    }
  };
  const uidOf =
    options.uidOf ??
    ((kind, namespace, name) =>
      present('', kind === 'Pod' ? 'pods' : 'secrets', namespace, name)?.metadata.uid);

  const check = async (token: string): Promise<Checked | undefined> => {
    const digest = createHash('sha256').update(token).digest('base64');
    const known = remembered.get(digest);
    if (known) return known;
    const checked = await verify(token, key, issuer, clock.now());
    if (!checked) return undefined;
    if (remembered.size >= maxRemembered) remembered.delete(remembered.keys().next().value!);
    remembered.set(digest, checked);
    return checked;
  };

  return {
    issuer,
    uidOf,
    async issue({ namespace, name, uid, audiences, lifetimeSeconds, bound }) {
      const { SignJWT } = await import('jose');
      const now = Math.floor(clock.now() / 1000);
      const kubernetes: KubernetesClaims = {
        namespace,
        ...(bound && { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
        serviceaccount: { name, uid },
      };
      const token = await new SignJWT({ 'kubernetes.io': kubernetes })
        .setProtectedHeader({ alg: 'ES256', kid: key.id })
        .setIssuer(issuer)
        .setSubject(`system:serviceaccount:${namespace}:${name}`)
        .setAudience([...audiences])
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + lifetimeSeconds)
        .setJti(randomUUID())
        .sign(key.privateKey);
      return { token, expires: (now + lifetimeSeconds) * 1000 };
    },
    async authenticate(token, audiences = [issuer]) {
      const checked = await check(token);
      if (!checked) return undefined;
      const now = clock.now();
      if (now >= checked.expires || now < checked.notBefore) return undefined;
      if (!checked.audiences.some((audience) => audiences.includes(audience))) return undefined;
      const { namespace, serviceaccount, pod, secret } = checked.kubernetes;
      const account = present('', ServiceAccounts.plural, namespace, serviceaccount.name);
      if (account?.metadata.uid !== serviceaccount.uid) return undefined;
      if (pod && uidOf('Pod', namespace, pod.name) !== pod.uid) return undefined;
      if (secret && uidOf('Secret', namespace, secret.name) !== secret.uid) return undefined;
      return {
        name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
        uid: serviceaccount.uid,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        extra: {
          'authentication.kubernetes.io/credential-id': [`JTI=${checked.id}`],
          ...(pod && {
            'authentication.kubernetes.io/pod-name': [pod.name],
            'authentication.kubernetes.io/pod-uid': [pod.uid],
          }),
        },
      };
    },
  };
}

/** The claims of a token that the key signed, whatever its times and audience. */
async function verify(
  token: string,
  key: TokenKey,
  issuer: string,
  now: number,
): Promise<Checked | undefined> {
  // Most of what is no token of ours is found out without loading the library.
  if (token.length > 16_384 || token.split('.').length !== 3) return undefined;
  const { jwtVerify, errors } = await import('jose');
  try {
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: ['ES256'],
      issuer,
      currentDate: new Date(now),
      requiredClaims: ['sub', 'aud', 'exp', 'nbf', 'jti', 'kubernetes.io'],
    });
    const { aud = [], nbf = 0, exp = 0, jti = '' } = payload;
    return {
      kubernetes: payload['kubernetes.io'] as KubernetesClaims,
      audiences: Array.isArray(aud) ? aud : [aud],
      notBefore: nbf * 1000,
      expires: exp * 1000,
      id: jti,
    };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
