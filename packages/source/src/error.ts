/** Every way serving or making a repository can fail. The code is stable; the message is for people. */
export const sourceErrorCodes = {
  GitMissing: 'git is not installed on this machine.',
  GitFailed: 'A git command failed.',
  InvalidName: 'The text cannot be the name of a repository.',
} as const;

export type SourceErrorCode = keyof typeof sourceErrorCodes;

/** The one error class of this package. `hint` says what the reader can do about it. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: SourceErrorCode;
  readonly hint: string | undefined;

  constructor(code: SourceErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
