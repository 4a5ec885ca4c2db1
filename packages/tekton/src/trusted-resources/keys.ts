import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import type { Client } from '@assay/kube';
import { isKubeError, Secrets } from '@assay/kube';
import { TektonError } from '../error.ts';
import type { VerificationKey, VerificationPolicy } from '../types/verification-policy.ts';

/** A public key with the hash that its signatures use. */
export interface Verifier {
  key: KeyObject;
  hash: string;
}

export const hashAlgorithms = ['sha224', 'sha256', 'sha384', 'sha512'] as const;

const failed = (message: string, cause?: unknown) =>
  new TektonError('VerificationFailed', message, cause === undefined ? {} : { cause });

/**
 * The keys of a policy, any of which suffices.
 * @throws TektonError VerificationFailed, in Tekton's words, when one of them cannot be read
 */
export async function verifiersOf(
  policy: VerificationPolicy,
  client: Client | undefined,
): Promise<Verifier[]> {
  const verifiers: Verifier[] = [];
  for (const { name, key = {} } of policy.spec?.authorities ?? []) {
    const hash = (key.hashAlgorithm || 'sha256').toLowerCase();
    if (!(hashAlgorithms as readonly string[]).includes(hash)) {
      throw failed(
        `authority ${JSON.stringify(name)} contains an invalid hash algorithm: unknown digest algorithm: ${key.hashAlgorithm}`,
      );
    }
    verifiers.push({ key: await publicKey(key, client), hash });
  }
  if (verifiers.length === 0) throw failed('no public keys are founded');
  return verifiers;
}

async function publicKey(
  { data, secretRef, kms }: VerificationKey,
  client: Client | undefined,
): Promise<KeyObject> {
  if (data) return parseKey(data, 'failed to get verifier from data');
  if (secretRef)
    return parseKey(
      await secretData(secretRef, client),
      'failed to get verifier from secret: failed to get verifier from secret data',
    );
  if (kms)
    throw failed(`failed to get verifier from kms: ${kms} is not reached from here; use data or secretRef`);
  throw failed("key doesn't contain data or keyRef");
}

function parseKey(pem: string, context: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (error) {
    throw failed(`${context}: key cannot be decoded: ${(error as Error).message}`, error);
  }
}

async function secretData(
  { namespace = '', name = '' }: NonNullable<VerificationKey['secretRef']>,
  client: Client | undefined,
): Promise<string> {
  const context = 'failed to get verifier from secret';
  const path = `"k8s://${namespace}/${name}"`;
  const missing = (detail: string, cause?: unknown) =>
    failed(`${context}: failed to get secret: secret not found: ${detail}`, cause);
  if (client === undefined) throw missing('no secrets are at hand');
  const secret = await client.get(Secrets, namespace, name).catch((error: unknown) => {
    if (isKubeError(error, 'NotFound')) throw missing(`secrets ${JSON.stringify(name)} not found`, error);
    throw missing(error instanceof Error ? error.message : String(error), error);
  });
  const values = Object.values(secret.data ?? {});
  const [value] = values;
  if (value === undefined) throw failed(`${context}: secret ${path} contains no data secret data is empty`);
  if (values.length > 1) {
    throw failed(
      `${context}: secret ${path} contains multiple data entries, only one is supported. secret contains multiple data`,
    );
  }
  return Buffer.from(value, 'base64').toString();
}
