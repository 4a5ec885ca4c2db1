import type { Descriptor } from '@assay/oci';
import { bundleMediaTypePrefix, type ParsedBundle, parseBundle, verifyBundle } from '../bundle/bundle.ts';
import { type Envelope, envelopePayload, parseEnvelope, verifyEnvelope } from '../envelope/envelope.ts';
import { AttestationError } from '../error.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { parseSimpleSigning, verifyImageSignature } from '../simple-signing/payload.ts';
import { maxEvidenceBytes } from '../statement/bounded-json.ts';
import { parseStatement } from '../statement/parse.ts';
import { predicateTypes, type Statement, statementPayloadType } from '../statement/statement.ts';
import {
  envelopeMediaType,
  type ImageLocation,
  maxLayers,
  readLegacyLayers,
  signatureAnnotation,
} from './legacy-tags.ts';
import { isMissing, parseEvidenceManifest, readEvidenceBlob } from './manifest.ts';

/** Where a piece of evidence was found. */
export interface EvidencePlace {
  /** The bundle itself, where it is one: it may carry a certificate in place of a key. */
  bundle?: ParsedBundle;
  form: 'bundle' | 'sig' | 'att';
  /** The blob that holds it. */
  digest: string;
}

/** A signature as it is stored: base64, with the name of the key that its maker gave (often none). */
export interface SignatureEntry {
  keyid: string;
  sig: string;
}

/** A signature over an image, found beside it. Untrusted until `verify` names a key. */
export interface StoredSignature extends EvidencePlace {
  kind: 'signature';
  /** The key it claims, by hint or keyid; absent when it claims none. */
  claimedKey?: string;
  /** The image that it is about: the digest in the payload, or every subject of the statement. */
  subjects: string[];
  signatures: readonly SignatureEntry[];
  verify(keys: readonly PublicKey[]): Promise<PublicKey | undefined>;
}

/** A signed statement, found beside an image. Untrusted until `verify` names a key. */
export interface StoredAttestation extends EvidencePlace {
  kind: 'attestation';
  claimedKey?: string;
  statement: Statement;
  /** The bytes that were signed. */
  payload: Uint8Array;
  signatures: readonly SignatureEntry[];
  verify(keys: readonly PublicKey[]): Promise<PublicKey | undefined>;
}

/** Something stored as evidence that cannot be read as such. */
export interface UnreadableEvidence extends EvidencePlace {
  kind: 'unreadable';
  reason: string;
}

export type StoredEvidence = StoredSignature | StoredAttestation | UnreadableEvidence;

export interface EvidenceLimits {
  /** Largest blob that is read. @default 128 MiB */
  maxBytes?: number;
  /** Most pieces of evidence of each form. @default 1000 */
  maxPieces?: number;
}

/**
 * All evidence beside an image: bundles among its referrers, then the `.sig` and `.att` tags, each oldest first.
 * Everything that comes out was written by whoever may push to the repository.
 *
 * Throws the store's errors when it cannot be read, and `EvidenceTooLarge` when there is more than is looked at: to
 * leave some of it out silently could hide the piece that matters.
 */
export async function readEvidence(
  image: ImageLocation,
  limits: EvidenceLimits = {},
): Promise<StoredEvidence[]> {
  const { maxBytes = maxEvidenceBytes, maxPieces = maxLayers } = limits;
  const bound = (found: Descriptor[], what: string) => {
    if (found.length > maxPieces) {
      throw new AttestationError(
        'EvidenceTooLarge',
        `${image.repository}@${image.digest} has more than ${maxPieces} ${what}`,
      );
    }
    return found;
  };
  const referrers = bound((await listReferrers(image)).filter(mayBeBundle), 'attached bundles');
  const signatures = bound(await readLegacyLayers(image, 'sig'), 'signatures');
  const attestations = bound(await readLegacyLayers(image, 'att'), 'attestations');
  const evidence: StoredEvidence[] = [];
  for (const referrer of referrers) {
    const found = await readable('bundle', referrer.digest, () => readReferrer(image, referrer, maxBytes));
    if (found !== undefined) evidence.push(found);
  }
  const blob = (layer: Descriptor) => readEvidenceBlob(image.store, image.repository, layer, maxBytes);
  for (const layer of signatures) {
    const found = await readable('sig', layer.digest, async () => signatureIn(layer, await blob(layer)));
    if (found !== undefined) evidence.push(found);
  }
  for (const layer of attestations) {
    if (layer.mediaType !== envelopeMediaType) continue;
    const found = await readable('att', layer.digest, async () => attestationIn(layer, await blob(layer)));
    if (found !== undefined) evidence.push(found);
  }
  return evidence;
}

async function listReferrers(image: ImageLocation): Promise<Descriptor[]> {
  try {
    return await image.store.referrers(image.repository, image.digest);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Referrers of other kinds (say, an SBOM) are passed over by type; those of unknown type are opened. */
function mayBeBundle(referrer: Descriptor): boolean {
  const type = referrer.artifactType;
  return (
    type === undefined ||
    type === 'application/vnd.oci.empty.v1+json' ||
    type.startsWith(bundleMediaTypePrefix)
  );
}

async function readable<T>(
  form: EvidencePlace['form'],
  digest: string,
  read: () => Promise<T>,
): Promise<T | UnreadableEvidence> {
  try {
    return await read();
  } catch (error) {
    const isContentFault =
      error instanceof AttestationError ||
      (error instanceof Error &&
        'code' in error &&
        /^(DigestMismatch|BlobUnknown|ManifestUnknown)$/.test(String(error.code)));
    if (!isContentFault) throw error;
    return { kind: 'unreadable', form, digest, reason: (error as Error).message };
  }
}

async function readReferrer(
  image: ImageLocation,
  referrer: Descriptor,
  maxBytes: number,
): Promise<StoredEvidence | undefined> {
  const manifest = parseEvidenceManifest(
    (await image.store.getManifest(image.repository, referrer.digest)).bytes,
  );
  const layer = manifest.layers[0];
  if (
    layer === undefined ||
    manifest.layers.length !== 1 ||
    !layer.mediaType.startsWith(bundleMediaTypePrefix)
  ) {
    return undefined;
  }
  const bundle = await parseBundle(await readEvidenceBlob(image.store, image.repository, layer, maxBytes), {
    maxBytes,
  });
  const place = {
    form: 'bundle' as const,
    bundle,
    digest: layer.digest,
    signatures: signatureEntries(bundle.envelope),
    ...claim(bundle),
  };
  const payload = envelopePayload(bundle.envelope);
  const verify = (keys: readonly PublicKey[]) => verifyBundle(bundle, keys);
  const statement = statementIn(bundle.envelope, payload);
  if (statement.predicateType !== predicateTypes.cosignSign) {
    return { ...place, kind: 'attestation', statement, payload, verify };
  }
  const subjects = statement.subject.flatMap((subject) =>
    Object.entries(subject.digest ?? {}).map(([algorithm, hex]) => `${algorithm}:${hex}`),
  );
  return { ...place, kind: 'signature', subjects, verify };
}

function claim(bundle: ParsedBundle): { claimedKey?: string } {
  const named = bundle.hint || bundle.envelope.signatures[0]?.keyid;
  return named ? { claimedKey: named } : {};
}

function signatureEntries(envelope: Envelope): SignatureEntry[] {
  return envelope.signatures.map(({ keyid = '', sig }) => ({ keyid, sig }));
}

function signatureIn(layer: Descriptor, payload: Uint8Array): StoredSignature {
  const { digest } = parseSimpleSigning(payload);
  const sig = layer.annotations?.[signatureAnnotation] ?? '';
  const signature = Buffer.from(sig, 'base64');
  return {
    kind: 'signature',
    form: 'sig',
    digest: layer.digest,
    subjects: [digest],
    signatures: [{ keyid: '', sig }],
    verify: async (keys) => verifyImageSignature({ payload, signature }, keys),
  };
}

function attestationIn(layer: Descriptor, bytes: Uint8Array): StoredAttestation {
  const envelope = parseEnvelope(bytes);
  const payload = envelopePayload(envelope);
  const keyid = envelope.signatures.find((signature) => signature.keyid)?.keyid;
  return {
    kind: 'attestation',
    form: 'att',
    digest: layer.digest,
    ...(keyid && { claimedKey: keyid }),
    statement: statementIn(envelope, payload),
    payload,
    signatures: signatureEntries(envelope),
    verify: async (keys) => verifyEnvelope(envelope, keys),
  };
}

function statementIn(envelope: Envelope, payload: Uint8Array): Statement {
  if (envelope.payloadType !== statementPayloadType) {
    throw new AttestationError(
      'InvalidEnvelope',
      `envelope holds ${envelope.payloadType}, not ${statementPayloadType}`,
    );
  }
  return parseStatement(payload);
}
