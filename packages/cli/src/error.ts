/** What can go wrong in this package, one line each. */
export const cliErrorCodes = {
  Usage: 'the command line does not make sense',
  InvalidManifest: 'a file of objects cannot be run as it is; the error names the place',
  RunExists: 'a run of that name has not ended yet',
  FactoryNotRunning: 'the command needs a running factory and there is none',
  FactoryStartFailed: 'the factory, or one of its processes, did not start',
  InvalidBackup: 'a backup is damaged, or holds what no backup does; nothing was restored',
  HomeNotEmpty: 'a backup would replace what the home holds',
  FileExists: 'a file would be written over',
  RunNotFound: 'there is no run of that name',
  BuildFailed: 'a build that is checked made nothing that can be judged',
  PortInUse: "another program listens on the registry's port",
} as const;

export type CliErrorCode = keyof typeof cliErrorCodes;

/** The one error class of this package. */
export class CliError extends Error {
  readonly code: CliErrorCode;
  /** What the user can do about it. */
  readonly hint?: string;
  readonly exitCode: number;
  /** `file:line:column`. */
  readonly place?: string;
  /** That line of the file. */
  readonly excerpt?: string;

  constructor(
    code: CliErrorCode,
    message: string,
    options: { hint?: string; exitCode?: number; cause?: unknown; place?: string; excerpt?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliError';
    this.code = code;
    this.exitCode = options.exitCode ?? (code === 'Usage' ? 2 : 1);
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.place !== undefined) this.place = options.place;
    if (options.excerpt !== undefined) this.excerpt = options.excerpt;
  }
}
