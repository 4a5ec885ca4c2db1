import { AttestationError } from '../error.ts';
import type { PublicKey } from '../keys/public-key.ts';
import type { Signer } from '../keys/signer.ts';
import { isObject, type JsonBounds, parseBoundedJson } from '../statement/bounded-json.ts';

/** A DSSE envelope as it stands in JSON. */
export interface Envelope {
  payloadType: string;
  /** Base64. */
  payload: string;
  /** `keyid` helps to pick a key and proves nothing. */
  signatures: { keyid?: string; sig: string }[];
}

/**
 * DSSE pre-authentication encoding: `DSSEv1 <len> <type> <len> <body>`, lengths in bytes. This, not the payload, is
 * what is signed.
 */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

/** Signs the payload bytes as they are. `keyid` defaults to the key's SSH fingerprint, as Tekton Chains writes it. */
export async function signEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signer: Signer,
  keyid: string = signer.publicKey.fingerprint,
): Promise<Envelope> {
  const signature = await signer.sign(preAuthenticationEncoding(payloadType, payload));
  return {
    payloadType,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [{ keyid, sig: Buffer.from(signature).toString('base64') }],
  };
}

/** The envelope as one line of JSON. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(envelope));
}

/** Reads an envelope from bytes of any origin. Throws `InvalidJson` and `InvalidEnvelope`. */
export function parseEnvelope(bytes: Uint8Array, bounds?: JsonBounds): Envelope {
  return envelopeFrom(parseBoundedJson(bytes, bounds));
}

/** Checks that parsed JSON is an envelope; base64 may be standard or URL-safe, as readers must accept both. */
export function envelopeFrom(value: unknown): Envelope {
  const invalid = (what: string) => new AttestationError('InvalidEnvelope', `DSSE envelope ${what}`);
  if (!isObject(value)) throw invalid('is not an object');
  if (typeof value.payloadType !== 'string') throw invalid('has no payloadType');
  if (typeof value.payload !== 'string' || !isBase64(value.payload))
    throw invalid('has no payload in base64');
  if (!Array.isArray(value.signatures) || value.signatures.length === 0) throw invalid('has no signature');
  if (value.signatures.length > 100) throw invalid('has more than 100 signatures');
  const signatures = value.signatures.map((signature: unknown) => {
    if (!isObject(signature) || typeof signature.sig !== 'string' || !isBase64(signature.sig)) {
      throw invalid('has a signature that is not base64');
    }
    return typeof signature.keyid === 'string'
      ? { keyid: signature.keyid, sig: signature.sig }
      : { sig: signature.sig };
  });
  return { payloadType: value.payloadType, payload: value.payload, signatures };
}

/** The payload's bytes. */
export function envelopePayload(envelope: Envelope): Uint8Array {
  return Buffer.from(envelope.payload, 'base64');
}

/**
 * The first of `keys` that made one of the envelope's signatures; undefined when none did. Every key is tried with
 * every signature: the keyid, which anyone can write, decides nothing.
 */
export function verifyEnvelope(envelope: Envelope, keys: readonly PublicKey[]): PublicKey | undefined {
  const signed = preAuthenticationEncoding(envelope.payloadType, envelopePayload(envelope));
  return keys.find((key) =>
    envelope.signatures.some((signature) => key.verify(signed, Buffer.from(signature.sig, 'base64'))),
  );
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text);
}
