export {
  bundleMediaType,
  encodeBundle,
  type ParsedBundle,
  parseBundle,
  verifyBundle,
} from './bundle/bundle.ts';
export {
  type CertifiedIdentity,
  parseTrustRoot,
  type TrustRoot,
  verifyBundleIdentity,
} from './bundle/trust-root.ts';
export {
  type Envelope,
  encodeEnvelope,
  envelopePayload,
  parseEnvelope,
  preAuthenticationEncoding,
  signEnvelope,
  verifyEnvelope,
} from './envelope/envelope.ts';
export { AttestationError, type AttestationErrorCode, attestationErrorCodes } from './error.ts';
export { isEncryptedKey, openEncryptedKey, sealPrivateKey } from './keys/encrypted-key.ts';
export { type PublicKey, parsePublicKey, publicKeyOf } from './keys/public-key.ts';
export { generateSigningKey, type KeyPair, loadSigner, type Signer } from './keys/signer.ts';
export {
  type ImageSignature,
  parseSimpleSigning,
  type SimpleSigningClaim,
  signImage,
  simpleSigningPayload,
  verifyImageSignature,
} from './simple-signing/payload.ts';
export { type JsonBounds, parseBoundedJson } from './statement/bounded-json.ts';
export { parseStatement } from './statement/parse.ts';
export {
  isProvenance,
  type ProvenanceFacts,
  provenanceFacts,
  provenanceFaults,
} from './statement/provenance.ts';
export {
  digestSet,
  encodeStatement,
  hasSubject,
  imageSignatureStatement,
  predicateTypes,
  type ResourceDescriptor,
  type Statement,
  statementPayloadType,
  statementTypes,
} from './statement/statement.ts';
export {
  type AttachedForms,
  type AttachOptions,
  attachAttestation,
  attachImageSignature,
  type EvidenceForm,
  evidenceForms,
  storedEnvelope,
} from './storage/attach.ts';
export {
  type EvidenceLimits,
  type EvidencePlace,
  readEvidence,
  type SignatureEntry,
  type StoredAttestation,
  type StoredEvidence,
  type StoredSignature,
  type UnreadableEvidence,
} from './storage/evidence.ts';
export {
  type ImageLocation,
  legacyTag,
  storeLegacyAttestation,
  storeLegacySignature,
} from './storage/legacy-tags.ts';
export { bundleManifest, storeBundle } from './storage/referrers.ts';
export { type Check, type CheckName, checkNames } from './verify/check.ts';
export { type ExpectedSource, normaliseGitUri } from './verify/source.ts';
export { type ImageVerification, type VerifyImageOptions, verifyImage } from './verify/verify-image.ts';
