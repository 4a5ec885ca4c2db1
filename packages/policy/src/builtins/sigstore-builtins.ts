import { hasSubject, readEvidence } from '@assay/attestation';
import type { HostBuiltin } from '@assay/rego';
import type { SignerDemands } from '../evidence/signer-demands.ts';
import { accepted, type SignatureVerifier } from '../evidence/verifier.ts';
import type { EntitySignature } from '../report/report.ts';
import type { NamedContent, RegistryReader } from './registry-reader.ts';
import * as types from './types.ts';

const options = {
  type: 'object' as const,
  static: [{ key: 'ignore_rekor', value: types.truth }],
  dynamic: { key: types.text, value: types.text },
};

/**
 * `ec.sigstore.*`: the signatures of images that a policy names. What goes wrong is told in the answer, never by an error.
 * @param verifierFor makes the verifier of a key or an identity; throws when it cannot
 */
export function sigstoreBuiltins(
  reader: RegistryReader,
  verifierFor: (demands: SignerDemands) => SignatureVerifier,
): HostBuiltin[] {
  return [
    {
      name: 'ec.sigstore.verify_image',
      description: 'Verifies the signatures of an image, named by digest.',
      args: [types.text, options],
      result: types.record({
        success: types.truth,
        errors: types.listOf(types.text),
        signatures: types.listOf(types.signature),
      }),
      nondeterministic: true,
      call: ([ref, given]) =>
        answered({ signatures: [] }, async () => {
          const { image, verifier } = prepared(ref, given);
          const evidence = await evidenceOf(image);
          const found = (await accepted(evidence, 'signature', verifier)).filter(({ subjects }) =>
            subjects.includes(image.digest),
          );
          if (found.length === 0) throw new Error('verify image signature: no matching signatures');
          return { signatures: found.flatMap(({ signatures }) => signatures.map(signatureDocument)) };
        }),
    },
    {
      name: 'ec.sigstore.verify_attestation',
      description: 'Verifies the attestations of an image, named by digest.',
      args: [types.text, options],
      result: types.record({
        success: types.truth,
        errors: types.listOf(types.text),
        attestations: types.listOf(
          types.record({ statement: types.anything, signatures: types.listOf(types.signature) }),
        ),
      }),
      nondeterministic: true,
      call: ([ref, given]) =>
        answered({ attestations: [] }, async () => {
          const { image, verifier } = prepared(ref, given);
          const evidence = await evidenceOf(image);
          const found = (await accepted(evidence, 'attestation', verifier)).filter(({ statement }) =>
            hasSubject(statement, image.digest),
          );
          if (found.length === 0)
            throw new Error('verify image attestation signature: no matching attestations');
          return {
            attestations: found.map(({ payload, signatures }) => ({
              statement: JSON.parse(new TextDecoder().decode(payload)),
              signatures: signatures.map(signatureDocument),
            })),
          };
        }),
    },
  ];

  function evidenceOf(image: NamedContent) {
    return reader.once(`evidence ${image.repository}@${image.digest}`, () => readEvidence(image));
  }

  function prepared(ref: unknown, given: unknown): { image: NamedContent; verifier: SignatureVerifier } {
    let image: NamedContent;
    try {
      image = reader.pinned(String(ref));
    } catch (error) {
      throw new Error(`new digest: ${messageOf(error)}`);
    }
    const { public_key, ...rest } = given as Record<string, string | undefined>;
    const identity = {
      ...(rest.certificate_identity && { subject: rest.certificate_identity }),
      ...(rest.certificate_identity_regexp && { subjectRegExp: rest.certificate_identity_regexp }),
      ...(rest.certificate_oidc_issuer && { issuer: rest.certificate_oidc_issuer }),
      ...(rest.certificate_oidc_issuer_regexp && { issuerRegExp: rest.certificate_oidc_issuer_regexp }),
    };
    try {
      return { image, verifier: verifierFor({ ...(public_key && { publicKey: public_key }), identity }) };
    } catch (error) {
      throw new Error(`opts parameter: ${messageOf(error)}`);
    }
  }
}

async function answered<T extends object>(nothing: T, answer: () => Promise<T>) {
  try {
    return { success: true, errors: [], ...(await answer()) };
  } catch (error) {
    return { success: false, errors: [messageOf(error)], ...nothing };
  }
}

function signatureDocument({ keyid, sig, certificate, chain, metadata }: EntitySignature) {
  return {
    keyid,
    signature: sig,
    certificate: certificate ?? '',
    chain: chain ?? [],
    metadata: metadata ?? {},
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
