/** What can go wrong on the way to a release, by code. */
export const releaseErrorCodes = {
  NoConsent: 'plan and admission do not agree, or one of them is missing',
  InvalidRelease: 'the Release asks for what cannot be',
  NoTarget: 'the admission does not say where an image goes',
  EvidenceChanged: 'what stands beside an image is not what was judged',
  CopyIncomplete: 'something that was to be copied is not at the target',
} as const;

export type ReleaseErrorCode = keyof typeof releaseErrorCodes;

/** A release that cannot go on: its message is for whoever asked for it. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
  readonly code: ReleaseErrorCode;
  readonly hint: string | undefined;

  constructor(code: ReleaseErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
