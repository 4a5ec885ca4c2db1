import type { Pod } from '../core/pod.ts';

/** What `pods/log` may ask for, with Kubernetes' meaning (`v1` PodLogOptions). */
export interface PodLogOptions {
  /** Waits for more until it aborts. */
  follow?: AbortSignal;
  /** The last so many lines of what there is when asked, and what follows. */
  tailLines?: number;
  /** Nothing written earlier. */
  since?: Date;
  /** Each line begins with its time, RFC 3339. */
  timestamps?: boolean;
  /** Ends after so many bytes, in the middle of a line if need be. */
  limitBytes?: number;
  /** @default both, in the order in which they were read */
  stream?: 'stdout' | 'stderr';
}

export interface WindowSize {
  columns: number;
  rows: number;
}

/** A process to start in a container. */
export interface RemoteCommand {
  args: string[];
  stdin: boolean;
  /** Gives it a terminal, first of this size; both its streams then come to `onOutput`. */
  tty?: WindowSize;
  /** Untrusted bytes, as are those of `onError`. */
  onOutput(chunk: Uint8Array): void;
  onError(chunk: Uint8Array): void;
}

/** A process that was started. */
export interface RemoteProcess {
  /** Resolves with its exit code once its output was delivered. */
  readonly exit: Promise<number>;
  /** Present when asked for. */
  readonly stdin?: NodeJS.WritableStream;
  /** Delivers no output for as long as it is held; the process waits in turn. */
  hold(held: boolean): void;
  resize(size: WindowSize): void;
  kill(): void;
}

/** Where the containers of the pods that an API server shows really are: what a kubelet is to Kubernetes. */
export interface PodHost {
  /** The container's log as text; a log that does not exist (yet) is empty. */
  readLog(pod: Pod, container: string, options: PodLogOptions): AsyncIterable<string | Uint8Array>;
  /** Rejects, with words for the requester, when the container does not run or the command is not there. */
  exec(pod: Pod, container: string, command: RemoteCommand): Promise<RemoteProcess>;
}
