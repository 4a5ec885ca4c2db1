import type { Bundle } from '@sigstore/bundle';
import { type Envelope, envelopeFrom, envelopePayload } from '../envelope/envelope.ts';
import { AttestationError } from '../error.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { isObject, type JsonBounds, parseBoundedJson } from '../statement/bounded-json.ts';

export const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
/** What every version and spelling of the bundle's media type starts with. */
export const bundleMediaTypePrefix = 'application/vnd.dev.sigstore.bundle';

/** A bundle that was read: the envelope for looking at, the whole for verifying. */
export interface ParsedBundle {
  envelope: Envelope;
  /** The hint of the key it claims; undefined when it names a certificate. */
  hint?: string;
  content: Bundle;
}

/**
 * A Sigstore bundle v0.3 around a signed envelope, naming the key by its hint; no log entry, no certificate.
 * The envelope must have exactly one signature, as the format demands.
 */
export async function encodeBundle(envelope: Envelope, key: PublicKey): Promise<Uint8Array> {
  const signature = envelope.signatures[0];
  if (signature === undefined || envelope.signatures.length !== 1) {
    throw new AttestationError(
      'InvalidBundle',
      `a bundle holds one signature, not ${envelope.signatures.length}`,
    );
  }
  const { bundleToJSON, toDSSEBundle } = await import('@sigstore/bundle');
  const bundle = toDSSEBundle({
    artifact: Buffer.from(envelopePayload(envelope)),
    artifactType: envelope.payloadType,
    signature: Buffer.from(signature.sig, 'base64'),
    keyHint: key.hint,
  });
  const json = bundleToJSON(bundle);
  // The hint names the key. cosign passes over a signature whose keyid is not the name it gives the key itself.
  const dsseEnvelope = {
    payload: json.dsseEnvelope?.payload,
    payloadType: json.dsseEnvelope?.payloadType,
    signatures: [{ sig: json.dsseEnvelope?.signatures[0]?.sig }],
  };
  return new TextEncoder().encode(JSON.stringify({ ...json, dsseEnvelope }));
}

/**
 * Reads a bundle from bytes of any origin. Only version 0.3 around an envelope with one signature is taken; an
 * older version, a message signature or anything malformed throws `InvalidBundle` (or `InvalidJson`).
 */
export async function parseBundle(bytes: Uint8Array, bounds?: JsonBounds): Promise<ParsedBundle> {
  const value = parseBoundedJson(bytes, bounds);
  const invalid = (what: string, cause?: unknown) =>
    new AttestationError('InvalidBundle', `Sigstore bundle ${what}`, { cause });
  if (!isObject(value)) throw invalid('is not an object');
  if (
    value.mediaType !== bundleMediaType &&
    value.mediaType !== 'application/vnd.dev.sigstore.bundle+json;version=0.3'
  ) {
    throw invalid(`has media type ${JSON.stringify(value.mediaType)}, not version 0.3`);
  }
  if (value.dsseEnvelope === undefined) throw invalid('holds no DSSE envelope');
  const envelope = envelopeFrom(value.dsseEnvelope);
  const { bundleFromJSON } = await import('@sigstore/bundle');
  let content: Bundle;
  try {
    content = bundleFromJSON(value);
  } catch (cause) {
    throw invalid('is malformed', cause);
  }
  if (envelope.signatures.length !== 1) throw invalid('has more than one signature');
  const material = content.verificationMaterial.content;
  return material.$case === 'publicKey'
    ? { envelope, hint: material.publicKey.hint, content }
    : { envelope, content };
}

/**
 * The first of `keys` that signed the bundle; undefined when none did. The keys are given by the caller, so neither
 * the bundle's hint nor a log entry in it is relied on: what it carries of them is not looked at.
 */
export async function verifyBundle(
  bundle: ParsedBundle,
  keys: readonly PublicKey[],
): Promise<PublicKey | undefined> {
  const [{ toSignedEntity, Verifier }, { createPublicKey }] = await Promise.all([
    import('@sigstore/verify'),
    import('node:crypto'),
  ]);
  for (const key of keys) {
    const publicKey = createPublicKey(key.pem);
    const trust = {
      certificateAuthorities: [],
      timestampAuthorities: [],
      tlogs: [],
      ctlogs: [],
      publicKey: () => ({ publicKey, validFor: () => true }),
    };
    const material = {
      content: { $case: 'publicKey' as const, publicKey: { hint: key.hint } },
      tlogEntries: [],
      timestampVerificationData: undefined,
    };
    try {
      new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }).verify(
        toSignedEntity({ ...bundle.content, verificationMaterial: material }),
      );
      return key;
    } catch {}
  }
  return undefined;
}
