import { encodeBundle } from '../bundle/bundle.ts';
import { type Envelope, encodeEnvelope, signEnvelope, verifyEnvelope } from '../envelope/envelope.ts';
import type { Signer } from '../keys/signer.ts';
import { signImage } from '../simple-signing/payload.ts';
import {
  encodeStatement,
  imageSignatureStatement,
  predicateTypes,
  statementPayloadType,
} from '../statement/statement.ts';
import { readEvidence, type StoredAttestation, type StoredEvidence } from './evidence.ts';
import { type ImageLocation, storeLegacyAttestation, storeLegacySignature } from './legacy-tags.ts';
import { isMissing } from './manifest.ts';
import { storeBundle } from './referrers.ts';

/**
 * How evidence is laid out beside an image. A verifier that finds one bundle looks at no tag, so with both forms
 * the same set of predicates is written to each.
 */
export type EvidenceForm = 'bundle' | 'tags';

export const evidenceForms: readonly EvidenceForm[] = ['bundle', 'tags'];

/** The forms in which the evidence now stands. `bundle` is absent when the image itself is not in the repository. */
export type AttachedForms = EvidenceForm[];

export interface AttachOptions {
  /** @default both */
  forms?: readonly EvidenceForm[];
  /** Goes on the manifest of a bundle; RFC 3339. */
  created: string;
  /** What is stored already, when the caller has read it. */
  present?: readonly StoredEvidence[];
}

/**
 * Signs an image and stores the signature: simple signing under the `.sig` tag, and a signed statement with
 * cosign's own predicate type as a bundle. A form in which this key has signed already is left as it is.
 */
export async function attachImageSignature(
  image: ImageLocation,
  signer: Signer,
  options: AttachOptions,
): Promise<AttachedForms> {
  const present = options.present ?? (await readEvidence(image));
  const signatures = present.filter(
    (piece) => piece.kind === 'signature' && piece.subjects.includes(image.digest),
  );
  return attach(options, signatures, signer, {
    bundle: async () => {
      const payload = encodeStatement(imageSignatureStatement(image.digest));
      const envelope = await signEnvelope(statementPayloadType, payload, signer);
      const annotations = { predicateType: predicateTypes.cosignSign, created: options.created };
      await storeBundle(image, await encodeBundle(envelope, signer.publicKey), annotations);
    },
    tags: async () => storeLegacySignature(image, await signImage(image.repository, image.digest, signer)),
  });
}

/**
 * Stores an envelope around a statement beside an image, in each form in which the same statement, signed by this
 * key, is not there yet. `isSame` may widen "the same" beyond equal payload bytes: what is stored of it then goes into
 * the forms that lack it, so that all forms say the same.
 */
export async function attachAttestation(
  image: ImageLocation,
  signed: { envelope: Envelope; predicateType: string; signer: Signer },
  options: AttachOptions & { isSame?: (stored: StoredAttestation) => boolean },
): Promise<AttachedForms> {
  const { envelope, predicateType, signer } = signed;
  const present = options.present ?? (await readEvidence(image));
  const payload = Buffer.from(envelope.payload, 'base64');
  const isSame = options.isSame ?? ((stored: StoredAttestation) => payload.equals(stored.payload));
  const same = present.filter((piece) => piece.kind === 'attestation').filter(isSame);
  const stored = (await storedEnvelope(present, signer, isSame)) ?? envelope;
  return attach(options, same, signer, {
    bundle: async () => {
      const annotations = { predicateType, created: options.created };
      await storeBundle(image, await encodeBundle(stored, signer.publicKey), annotations);
    },
    tags: () => storeLegacyAttestation(image, encodeEnvelope(stored), predicateType),
  });
}

/** The envelope of the first attestation that `isSame` and this key has signed, this key's signature alone. */
export async function storedEnvelope(
  present: readonly StoredEvidence[],
  { publicKey }: Signer,
  isSame: (stored: StoredAttestation) => boolean,
): Promise<Envelope | undefined> {
  for (const piece of present) {
    if (piece.kind !== 'attestation' || !isSame(piece)) continue;
    const payload = Buffer.from(piece.payload).toString('base64');
    for (const { sig } of piece.signatures) {
      // A bundle keeps no keyid; the key is known, and named as where an envelope is made.
      const signatures = [{ keyid: publicKey.fingerprint, sig }];
      const envelope = { payloadType: statementPayloadType, payload, signatures };
      if (verifyEnvelope(envelope, [publicKey]) !== undefined) return envelope;
    }
  }
  return undefined;
}

async function attach(
  options: AttachOptions,
  same: readonly StoredEvidence[],
  signer: Signer,
  store: Record<EvidenceForm, () => Promise<unknown>>,
): Promise<AttachedForms> {
  const attached: AttachedForms = [];
  for (const form of options.forms ?? evidenceForms) {
    if (!(await isStored(form, same, signer))) {
      try {
        await store[form]();
      } catch (error) {
        // A referrer needs the image's own descriptor; tags do not.
        if (form === 'bundle' && isMissing(error)) continue;
        throw error;
      }
    }
    attached.push(form);
  }
  return attached;
}

async function isStored(
  form: EvidenceForm,
  same: readonly StoredEvidence[],
  signer: Signer,
): Promise<boolean> {
  for (const piece of same) {
    if (piece.kind === 'unreadable' || (piece.form === 'bundle') !== (form === 'bundle')) continue;
    if ((await piece.verify([signer.publicKey])) !== undefined) return true;
  }
  return false;
}
