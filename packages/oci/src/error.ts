/** Every way an OCI operation can fail. The code is stable; the message is for people. */
export const ociErrorCodes = {
  InvalidReference: 'The text is not an image reference.',
  InvalidDigest: 'The text is not a digest, or its algorithm is neither sha256 nor sha512.',
  DigestMismatch: 'Content differs from what its digest or size promised.',
  ManifestUnknown: 'The repository has no manifest under this tag or digest.',
  ManifestInvalid: 'The content is not a manifest or index that can be stored or read.',
  LayerInvalid: 'The files cannot make an image layer: a bad name, a duplicate, or a kind that layers lack.',
  ManifestTooLarge: 'The manifest exceeds 4 MiB.',
  BlobUnknown: 'The repository has no blob with this digest.',
  BlobTooLarge: 'The blob is larger than what may be held in memory.',
  NameUnknown: 'The registry has no such repository.',
  UploadUnknown: 'The upload was finished, cancelled or never begun.',
  UploadInvalid: 'The upload request contradicts itself or the upload it continues.',
  RangeInvalid: 'The range lies outside the content, or a chunk came out of order.',
  Unauthorized: 'The registry wants credentials, or rejects those given.',
  Denied: 'The credentials do not permit this.',
  Conflict: 'Someone else changed the tag meanwhile.',
  Unsupported: 'The registry does not offer this operation.',
  TooManyRequests: 'The registry asks to slow down for longer than we are willing to wait.',
  RegistryUnavailable: 'The registry cannot be reached, or keeps failing.',
  RegistryError: 'The registry answered something the distribution spec does not allow.',
  InsecureRegistry: 'Plain HTTP to a host that is neither loopback nor configured as insecure.',
  InvalidCredentials: 'A credentials file or credential helper could not be used.',
  InvalidLayout: 'The directory is not an OCI image layout.',
  StorageFull: 'The disk has no room for the content.',
} as const;

export type OciErrorCode = keyof typeof ociErrorCodes;

/** The one error class of this package. `hint` says what the reader can do about it. */
export class OciError extends Error {
  override readonly name = 'OciError';
  readonly code: OciErrorCode;
  readonly hint: string | undefined;

  constructor(code: OciErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** True for an `OciError`, with the given code if one is named. */
export function isOciError(error: unknown, ...codes: OciErrorCode[]): error is OciError {
  return error instanceof OciError && (codes.length === 0 || codes.includes(error.code));
}
