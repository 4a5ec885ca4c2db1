/** What can go wrong with tasks and trust in them, by code. */
export const catalogErrorCodes = {
  InvalidTask: 'a file holds no Task, Pipeline or StepAction that can be bundled',
  TaskRefused: 'a task fails a check that comes before trust',
  InvalidBundle: 'an image is no Tekton bundle, or not named by digest',
  VersionTaken: 'the version of a task is published already, with other content',
  InvalidTrustData: 'trust data cannot be read',
  NotTrusted: 'what is to be revoked is not trusted',
  TrustDataContended: 'others keep writing the trust data at the same time',
} as const;

export type CatalogErrorCode = keyof typeof catalogErrorCodes;

/** The one error class of this package. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
  readonly code: CatalogErrorCode;
  readonly hint: string | undefined;

  constructor(code: CatalogErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
