import type { PublicKey, StoredAttestation, StoredEvidence, StoredSignature } from '@assay/attestation';

/** Decides whose signatures count. */
export interface SignatureVerifier {
  /** PEM for the report; empty in keyless mode. */
  readonly key: string;
  /** Whether the evidence was signed by whom it should be. */
  accepts(evidence: StoredSignature | StoredAttestation): Promise<boolean>;
}

/** Counts what one of `keys` signed. */
export function createKeyVerifier(keys: readonly PublicKey[]): SignatureVerifier {
  return {
    key: keys[0]?.pem ?? '',
    accepts: async (evidence) => (await evidence.verify(keys)) !== undefined,
  };
}

/** Those of the evidence that are of one kind and signed as they should be. */
export async function accepted<K extends 'signature' | 'attestation'>(
  evidence: readonly StoredEvidence[],
  kind: K,
  verifier: SignatureVerifier,
): Promise<Extract<StoredEvidence, { kind: K }>[]> {
  const ofKind = evidence.filter(
    (piece): piece is Extract<StoredEvidence, { kind: K }> => piece.kind === kind,
  );
  const verdicts = await Promise.all(
    ofKind.map((piece) => verifier.accepts(piece as StoredSignature | StoredAttestation)),
  );
  return ofKind.filter((_, index) => verdicts[index]);
}
