/** What can go wrong in this package, one line each. */
export const attestationErrorCodes = {
  InvalidJson: 'untrusted JSON is malformed, too large or nested too deeply',
  InvalidStatement: 'a document is not an in-toto Statement',
  InvalidEnvelope: 'a document is not a DSSE envelope',
  InvalidBundle: 'a document is not a Sigstore bundle of version 0.3',
  InvalidPayload: 'a document is not a simple-signing payload',
  InvalidKey: 'a key file cannot be read or holds a key of a kind that is not supported',
  InvalidTrustRoot: 'a file with the keys of a Sigstore cannot be read',
  WrongPassword: 'an encrypted private key does not open with the password given',
  EvidenceTooLarge: 'stored evidence is larger, or there is more of it, than is read',
  StorageConflict: 'evidence could not be stored because others kept writing to the same tag',
} as const;

export type AttestationErrorCode = keyof typeof attestationErrorCodes;

/** The one error class of this package. */
export class AttestationError extends Error {
  readonly code: AttestationErrorCode;
  /** What the user can do about it. */
  readonly hint?: string;

  constructor(code: AttestationErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AttestationError';
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
