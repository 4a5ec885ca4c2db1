/** What can go wrong in the sandbox, by code. */
export const sandboxErrorCodes = {
  StartFailed:
    'the container could not be started: command missing, not executable, or refused by the runtime',
  ImagePullFailed: 'an image could not be fetched or verified',
  ImageNotPresent: 'the pull policy is Never and the image is not in the local store',
  InvalidReference: 'an image reference is not well formed',
  LayerRefused: 'an image layer holds something that must not be unpacked',
  RuntimeUnavailable: 'neither crun nor runc can start a container here',
  HostToolMissing: 'a program or file of the host that isolation needs is absent',
  MountRefused: 'a mount source lies outside the directories the sandbox may hand to a container',
  UnknownUser: 'the user or group is not known in the image',
  InvalidSpec: 'a pod or container specification is not well formed',
  GuardFailed: 'the process that holds the pod together could not be prepared or died',
  Closed: 'the sandbox or pod was closed already',
} as const;

export type SandboxErrorCode = keyof typeof sandboxErrorCodes;

/** An error of the sandbox: the message says what failed, the hint what to do about it. */
export class SandboxError extends Error {
  readonly code: SandboxErrorCode;
  readonly hint?: string;
  /** Only for `StartFailed`: what a Kubernetes user would see as the container's exit code. */
  readonly exitCode?: number;

  constructor(
    code: SandboxErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown; exitCode?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SandboxError';
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.exitCode !== undefined) this.exitCode = options.exitCode;
  }
}
