import { AttestationError } from '../error.ts';
import type { PublicKey } from '../keys/public-key.ts';
import type { Signer } from '../keys/signer.ts';
import { isObject, parseBoundedJson } from '../statement/bounded-json.ts';

/** What a simple-signing payload states: this digest, under this name. */
export interface SimpleSigningClaim {
  /** The repository the signer named; informative, since images are copied. */
  dockerReference: string;
  /** `sha256:<hex>` */
  digest: string;
}

export interface ImageSignature {
  payload: Uint8Array;
  /** Over the payload's bytes. */
  signature: Uint8Array;
}

const type = 'cosign container image signature';

/** The payload of an image signature, members in cosign's order. */
export function simpleSigningPayload(repository: string, digest: string): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': repository },
        image: { 'docker-manifest-digest': digest },
        type,
      },
      optional: null,
    }),
  );
}

/** Signs an image by name and digest. */
export async function signImage(repository: string, digest: string, signer: Signer): Promise<ImageSignature> {
  const payload = simpleSigningPayload(repository, digest);
  return { payload, signature: await signer.sign(payload) };
}

/** Reads a payload of any origin. Throws `InvalidJson` and `InvalidPayload`. */
export function parseSimpleSigning(bytes: Uint8Array): SimpleSigningClaim {
  const value = parseBoundedJson(bytes, { maxBytes: 1024 * 1024, maxDepth: 64 });
  const critical = isObject(value) ? value.critical : undefined;
  const image = isObject(critical) ? critical.image : undefined;
  const identity = isObject(critical) ? critical.identity : undefined;
  if (!isObject(critical) || !isObject(image) || typeof image['docker-manifest-digest'] !== 'string') {
    throw new AttestationError('InvalidPayload', 'the image signature names no manifest digest');
  }
  if (critical.type !== type) {
    throw new AttestationError(
      'InvalidPayload',
      `the image signature has type ${JSON.stringify(critical.type)}`,
    );
  }
  const reference = isObject(identity) ? identity['docker-reference'] : undefined;
  return {
    dockerReference: typeof reference === 'string' ? reference : '',
    digest: image['docker-manifest-digest'],
  };
}

/** The first of `keys` that made the signature over the payload. */
export function verifyImageSignature(
  signature: ImageSignature,
  keys: readonly PublicKey[],
): PublicKey | undefined {
  return keys.find((key) => key.verify(signature.payload, signature.signature));
}
