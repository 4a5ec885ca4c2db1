import type { Writable } from 'node:stream';
import type { RegistryAuths } from '@assay/oci';

/**
 * What the rest of Assay sees of isolation. A pod is what a TaskRun's attempt runs in: containers that share
 * a loopback and volumes and nothing else, under a guard that dies with this process.
 */
export interface Sandbox {
  readonly runtime: RuntimeInfo;
  /**
   * Makes a directory below the sandbox's own that containers may be given as a volume: it belongs to the
   * containers' root and is open to all their users, as Kubernetes' emptyDir is.
   */
  makeVolume(path: string): void;
  /**
   * Removes a directory below the sandbox's own with all in it, whatever ids its files have; nothing when it is not
   * there. Containers that still write it cannot lead the removal elsewhere.
   * @throws SandboxError `MountRefused` when the path is not below the sandbox's directory
   */
  removeVolume(path: string): Promise<void>;
  /**
   * Copies a directory below the sandbox's own with all in it, whatever ids its files have, over an empty or absent one. No
   * container may have either.
   * @throws SandboxError `MountRefused` when a path is not below the sandbox's directory
   */
  copyVolume(from: string, to: string): Promise<void>;
  /**
   * How much room a directory below the sandbox's own takes, in bytes.
   * @throws SandboxError `MountRefused` when the path is not below the sandbox's directory
   */
  volumeBytes(path: string): Promise<number>;
  /** Prepares namespaces and network; nothing of the pod's user runs yet. */
  createPod(spec: PodSpec): Promise<Pod>;
  /** Removes what runs of an earlier, killed process left: processes, cgroups, state, directories. */
  sweep(): Promise<{ pods: number; cgroups: number }>;
  /** Kills every pod and waits for it. */
  close(): Promise<void>;
}

/** The outcome of the start-up probe. */
export interface RuntimeInfo {
  name: 'crun' | 'runc';
  version: string;
  /** Why this one, in words for a person: what was tried before it and how that failed. */
  reason: string;
  rootless: boolean;
  cgroups: 'v1' | 'v2' | 'hybrid' | 'none';
  /** The host's ids of a container's root: who should own what containers are to write. */
  containerRoot: { uid: number; gid: number };
  /** Which limits the kernel really holds here. */
  enforced: { memory: boolean; cpu: boolean; pids: boolean };
}

export interface PodSpec {
  /** Unique over all time on this machine; `[a-z0-9][a-z0-9-]*`, at most 63 characters. */
  id: string;
  hostname: string;
  /**
   * `none`: a loopback and nothing else. `egress`: outbound connections by a user-mode network that reaches
   * neither the host's loopback nor other pods, and the factory's own services on the loopback ports of
   * `SandboxOptions.services`.
   */
  network: 'none' | 'egress';
  /** How many containers will run in it, at most; sidecars count. */
  containers: number;
  /** Further names in `/etc/hosts`. */
  hostAliases?: Array<{ ip: string; hostnames: string[] }>;
  /** What `/etc/resolv.conf` says, in place of the network's own resolver. */
  dns?: { nameservers: string[]; searches: string[]; options: string[] };
}

/** A request to something that listens in a pod. */
export interface PodRequest {
  /** @default '127.0.0.1' */
  host?: string;
  port: number;
  /** Over TLS, whatever certificate it has. @default false */
  tls?: boolean;
  /** What to say; only the connection is tried without it. */
  send?: string;
  timeoutMs: number;
}

export interface Pod {
  readonly id: string;
  /**
   * Starts one container and returns when its process runs.
   * @throws SandboxError `StartFailed` when the command is not found or not executable (the exit code a
   * Kubernetes user would see stands in `exitCode`: 127 or 126, else 128).
   */
  run(spec: ContainerSpec): Promise<Container>;
  /**
   * Connects from within the pod's network, as kubelet's probes do.
   * @returns the first kilobytes of the answer (untrusted bytes), or undefined when nobody accepted in time
   * @throws SandboxError `HostToolMissing` without socat; `Closed`
   */
  request(request: PodRequest): Promise<Buffer | undefined>;
  /** Kills what still runs and removes namespaces, cgroups and directories. May be called more than once. */
  remove(): Promise<void>;
}

export interface ContainerSpec {
  /** Unique within the pod, for instance `step-build`. */
  name: string;
  image: ImageRootfs;
  /** The whole argument vector. */
  args: string[];
  env: Record<string, string>;
  workingDir: string;
  /** `uid`, `uid:gid`, a user name of the image, or empty for root. */
  user: string;
  supplementalGroups?: number[];
  mounts: Mount[];
  readOnlyRootFilesystem: boolean;
  capabilities?: { add?: string[]; drop?: string[] };
  limits: ResourceLimits;
  /**
   * Lets the container make user namespaces of its own, as image builds in it need; also unshare and mount inside them.
   * @default false
   */
  nestedUserNamespaces?: boolean;
  /**
   * Files below the user's home directory when it starts, by their paths below it: given to its user, readable by nobody
   * else. Not written where the user could not write them either.
   */
  homeFiles?: ReadonlyMap<string, Uint8Array>;
  /** Called when they could not be written, with the reason. */
  onHomeRefused?(why: string): void;
  /** `none` takes the network away from this container alone, as a hermetic step needs. @default 'pod' */
  network?: 'pod' | 'none';
  /** Called with what the process writes, in order, both streams together; untrusted bytes. */
  onOutput?(chunk: Uint8Array): void;
  /**
   * Called with what the process writes to its standard error, which `onOutput` then does not get. Each stream keeps its
   * order; between the two it is that in which they were read.
   */
  onError?(chunk: Uint8Array): void;
}

/** A process to start in a container that runs. */
export interface ExecSpec {
  /** The whole argument vector; a name without a slash is looked up in the container's `PATH`. */
  args: string[];
  /** Laid over the container's. @default {} */
  env?: Record<string, string>;
  /** @default the container's */
  workingDir?: string;
  /** Whether there is anything to read for it: `ExecutedProcess.stdin` is then there. @default false */
  stdin?: boolean;
  /** Gives it a terminal of this size; both its streams then come to `onOutput`. */
  tty?: TerminalSize;
  /** Called with what the process writes to standard output, and to standard error unless `onError` is given; untrusted bytes. */
  onOutput?(chunk: Uint8Array): void;
  /** Called with what the process writes to its standard error; untrusted bytes. */
  onError?(chunk: Uint8Array): void;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}

/** A process that `Container.exec` started. */
export interface ExecutedProcess {
  /** Resolves with its exit code (128 + signal when killed, 137 when its container ended) once its output was delivered. */
  readonly exit: Promise<number>;
  /** Present when asked for; to be ended by the caller. */
  readonly stdin?: Writable;
  /** Kills it and its descendants; nothing when it has ended. */
  kill(): void;
  /**
   * Delivers no output for as long as it is held, so that a process whose reader is slow waits in turn; `exit` waits for what
   * it has written until then.
   */
  hold(held: boolean): void;
  /** Tells the terminal's new size; nothing without one. */
  resize(size: TerminalSize): void;
}

export interface Mount {
  /**
   * An absolute path on the host below the sandbox's directory, or `tmpfs`. No container may be able to write the
   * directories above it: what lies deeper in a volume is named by `subPath`.
   */
  source: string;
  /**
   * What to mount of the directory `source`, relative to it; must be there. Symbolic links in it are refused, those that
   * another container puts there while this one starts too.
   */
  subPath?: string;
  destination: string;
  readOnly: boolean;
  /** For tmpfs only. */
  sizeBytes?: number;
}

export interface ResourceLimits {
  memoryBytes?: number;
  /** Thousandths of a core. */
  cpuMillis?: number;
  /** @default 4096 */
  pids?: number;
}

export interface Container {
  /** Resolves once, never rejects. */
  readonly exit: Promise<ContainerExit>;
  /** To the container's first process. */
  signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<void>;
  /**
   * TERM to every process, then KILL after the grace period, or at once when none of them handles or ignores
   * TERM (a container's first process is not ended by one). Resolves when the container is gone.
   */
  stop(graceMs: number): Promise<ContainerExit>;
  /**
   * Starts another process in the container: same user, namespaces, limits, capabilities and filter of system calls.
   * Resolves when it runs.
   * @throws SandboxError `StartFailed` as `Pod.run`; `Closed` when the container has ended; `InvalidSpec`;
   * `HostToolMissing` when a terminal is asked for and util-linux's `script` is not there
   */
  exec(spec: ExecSpec): Promise<ExecutedProcess>;
}

export interface ContainerExit {
  /** The process's code, or 128 + signal. */
  exitCode: number;
  /** True when the kernel killed any process of the container for memory, whatever the exit code. */
  oomKilled: boolean;
  startedAt: Date;
  finishedAt: Date;
  peakMemoryBytes?: number;
}

/** An image unpacked and ready to run. */
export interface ImageRootfs {
  /** As the user wrote it. */
  reference: string;
  /** `<repository>@sha256:<hex>` of the platform's manifest: what goes into `status.steps[].imageID`. */
  imageId: string;
  /** Unpacked layers, topmost first; absolute paths. */
  layers: string[];
  config: {
    entrypoint: string[];
    cmd: string[];
    env: Record<string, string>;
    workingDir: string;
    user: string;
  };
}

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

export interface ResolveOptions {
  pullPolicy: PullPolicy;
  signal?: AbortSignal;
  /** Logins for this pull, before those that the store has of its own. */
  auths?: RegistryAuths;
}

/** Images by reference, pulled when needed and unpacked once per layer. */
export interface ImageStore {
  /**
   * @throws SandboxError `ImagePullFailed` with the reference and the registry's own words; `ImageNotPresent`
   * when the policy is `Never` and it is not here.
   */
  resolve(reference: string, options: ResolveOptions): Promise<ImageRootfs>;
}
