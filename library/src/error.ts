/** Every way the library can fail. The code is stable; the message is for people. */
export const libraryErrorCodes = {
  ToolMissing: 'A host program that builds the images is not installed.',
  PackagesUnresolved: 'apt cannot resolve or fetch the packages of an image.',
  PackageInvalid: 'A package differs from its index entry, or cannot be read or merged.',
  GoCacheFailed: 'The Go build cache of an image could not be made.',
  TaskUnknown: 'The library has no such task or version.',
} as const;

export type LibraryErrorCode = keyof typeof libraryErrorCodes;

/** The one error class of this package. `hint` says what the reader can do about it. */
export class LibraryError extends Error {
  override readonly name = 'LibraryError';
  readonly code: LibraryErrorCode;
  readonly hint: string | undefined;

  constructor(code: LibraryErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
