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
}

export interface Pod {
  readonly id: string;
  /**
   * Starts one container and returns when its process runs.
   * @throws SandboxError `StartFailed` when the command is not found or not executable (the exit code a
   * Kubernetes user would see stands in `exitCode`: 127 or 126, else 128).
   */
  run(spec: ContainerSpec): Promise<Container>;
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
  /** `none` takes the network away from this container alone, as a hermetic step needs. @default 'pod' */
  network?: 'pod' | 'none';
  /** Called with what the process writes, in order, both streams together; untrusted bytes. */
  onOutput?(chunk: Uint8Array): void;
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

/** Images by reference, pulled when needed and unpacked once per layer. */
export interface ImageStore {
  /**
   * @throws SandboxError `ImagePullFailed` with the reference and the registry's own words; `ImageNotPresent`
   * when the policy is `Never` and it is not here.
   */
  resolve(reference: string, options: { pullPolicy: PullPolicy; signal?: AbortSignal }): Promise<ImageRootfs>;
}
