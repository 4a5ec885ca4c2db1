import { timestamp } from '../clock.ts';
import { ServiceAccounts } from '../core/service-account.ts';
import { KubeError, type StatusCause } from '../error.ts';
import type { KubeObject } from '../object.ts';
import { invalidObject } from '../store/metadata-validation.ts';
import { notFound } from '../store/object-store.ts';
import type { BoundObject, ServiceAccountTokens } from './service-account-tokens.ts';

/** `authentication.k8s.io/v1` TokenRequest, the body of `serviceaccounts/<name>/token`. */
export interface TokenRequest extends KubeObject {
  spec: {
    audiences?: string[];
    expirationSeconds?: number;
    boundObjectRef?: { kind?: string; apiVersion?: string; name?: string; uid?: string };
  };
  status?: { token: string; expirationTimestamp: string };
}

const defaultSeconds = 3600;
const minSeconds = 600;
const maxSeconds = 2 ** 32;

const tokenRequests = {
  ...ServiceAccounts,
  group: 'authentication.k8s.io',
  kind: 'TokenRequest',
  plural: 'tokenrequests',
};

/**
 * Answers a TokenRequest for a ServiceAccount, which the caller has found; the body is the requester's.
 * @throws KubeError Invalid, BadRequest, NotFound or Conflict, as Kubernetes does
 */
export async function answerTokenRequest(
  body: unknown,
  account: { namespace: string; name: string; uid: string },
  tokens: ServiceAccountTokens,
  now: number,
): Promise<TokenRequest> {
  const { namespace, name } = account;
  const request = (typeof body === 'object' && body !== null ? body : {}) as Partial<TokenRequest>;
  const spec = readSpec(request.spec, name);
  const bound = spec.boundObjectRef && bind(spec.boundObjectRef, account, tokens.uidOf);
  const audiences = spec.audiences?.length ? spec.audiences : [tokens.issuer];
  const expirationSeconds = spec.expirationSeconds ?? defaultSeconds;
  const { token, expires } = await tokens.issue({
    ...account,
    audiences,
    lifetimeSeconds: expirationSeconds,
    ...(bound && { bound }),
  });
  return {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name, namespace, creationTimestamp: timestamp(now) },
    spec: {
      audiences,
      expirationSeconds,
      ...(spec.boundObjectRef && { boundObjectRef: spec.boundObjectRef }),
    },
    status: { token, expirationTimestamp: timestamp(expires) },
  };
}

function readSpec(spec: unknown, name: string): TokenRequest['spec'] {
  const given = (typeof spec === 'object' && spec !== null ? spec : {}) as TokenRequest['spec'];
  const causes: StatusCause[] = [];
  const { audiences, expirationSeconds: seconds, boundObjectRef } = given;
  if (audiences !== undefined && audiences !== null) {
    if (!Array.isArray(audiences) || audiences.some((one) => typeof one !== 'string')) {
      throw new KubeError('BadRequest', 'spec.audiences is not a list of strings');
    }
  }
  if (boundObjectRef && typeof boundObjectRef !== 'object') {
    throw new KubeError('BadRequest', 'spec.boundObjectRef is not an object');
  }
  if (seconds !== undefined && seconds !== null) {
    const invalid = (message: string) =>
      causes.push({
        reason: 'FieldValueInvalid',
        field: 'spec.expirationSeconds',
        message: `Invalid value: ${JSON.stringify(seconds)}: ${message}`,
      });
    if (!Number.isInteger(seconds)) invalid('must be a whole number');
    else if (seconds < minSeconds) invalid('may not specify a duration less than 10 minutes');
    else if (seconds > maxSeconds) invalid('may not specify a duration larger than 2^32 seconds');
  }
  if (causes.length > 0) throw invalidObject(tokenRequests, name, causes);
  return {
    ...(audiences && { audiences }),
    ...(seconds !== undefined && seconds !== null && { expirationSeconds: seconds }),
    ...(boundObjectRef && { boundObjectRef }),
  };
}

function bind(
  ref: NonNullable<TokenRequest['spec']['boundObjectRef']>,
  account: { namespace: string; name: string },
  uidOf: (kind: BoundObject['kind'], namespace: string, name: string) => string | undefined,
): BoundObject {
  const { kind = '', apiVersion = 'v1', name = '', uid } = ref;
  if ((kind !== 'Pod' && kind !== 'Secret') || apiVersion !== 'v1') {
    throw new KubeError(
      'BadRequest',
      `cannot bind token for serviceaccount "${account.name}" to an object of ${apiVersion} ${kind}: bind it to a Pod or a Secret`,
    );
  }
  const found = uidOf(kind, account.namespace, name);
  if (found === undefined) {
    const plural = kind === 'Pod' ? 'pods' : 'secrets';
    throw notFound({ ...ServiceAccounts, kind, plural }, name);
  }
  if (uid && uid !== found) {
    throw new KubeError(
      'Conflict',
      `Operation cannot be fulfilled on serviceaccounts "${account.name}": the UID in the bound object reference (${uid}) ` +
        `does not match the UID in record. The object might have been deleted and then recreated`,
      { details: { name: account.name, kind: 'serviceaccounts' } },
    );
  }
  return { kind, name, uid: found };
}
