import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxError } from '../error.ts';
import type { Guard } from '../guard/guard.ts';
import type { CgroupTree } from '../limits/cgroups.ts';
import type { Container, ContainerExit } from '../pod.ts';
import { startFailure } from './failure.ts';
import type { OutputPipe } from './output.ts';
import { outlivesTerm, processTree } from './process-tree.ts';

/** A container whose files are written, whose cgroups exist and whose output pipe is open. */
export interface PreparedContainer {
  guard: Guard;
  cgroups: CgroupTree;
  now: () => Date;
  /** Number within the guard. */
  name: string;
  /** Id for the runtime. */
  id: string;
  /** Name of its cgroups. */
  cgroup: string;
  /** Absolute; the runtime writes `log` and `pid` there. */
  dir: string;
  /** The same below the owner's directory. */
  relativeDir: string;
  /** The program, for messages. */
  command: string;
  output: ContainerOutput;
  pipe: OutputPipe;
}

/** A runtime that runs from a copy of itself is named after that copy's descriptor. */
const beforeExec = /^(crun|runc|\d+)(:|$)/;

/**
 * Output on its way out. What comes before the container's process is known to run is kept back: words of a
 * runtime about a start that failed are the error's, not the step's.
 */
export class ContainerOutput {
  readonly #deliver: (chunk: Uint8Array) => void;
  #held: Uint8Array[] = [];
  #flowing = false;
  /** Called when something is kept back. */
  onHeld: () => void = () => {};

  constructor(deliver: (chunk: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  write(chunk: Uint8Array): void {
    if (this.#flowing) {
      this.#deliver(chunk);
      return;
    }
    this.#held.push(chunk);
    this.onHeld();
  }

  get held(): string {
    return Buffer.concat(this.#held.slice(0, 2)).toString('utf8');
  }

  release(): void {
    this.#flowing = true;
    for (const chunk of this.#held.splice(0)) this.#deliver(chunk);
  }
}

/**
 * Runs a prepared container and returns when its process runs.
 * @throws SandboxError `StartFailed`
 */
export async function startContainer(prepared: PreparedContainer): Promise<RunningContainer> {
  const container = new RunningContainer(prepared);
  await Promise.race([container.exit, container.started()]);
  if (container.failure !== undefined) throw container.failure;
  return container;
}

class RunningContainer implements Container {
  readonly exit: Promise<ContainerExit>;
  failure: SandboxError | undefined;
  #over = false;
  readonly #prepared: PreparedContainer;

  constructor(prepared: PreparedContainer) {
    this.#prepared = prepared;
    this.exit = this.#run();
  }

  /** Resolves when the process has become the container's program, or has ended. */
  started(): Promise<void> {
    return new Promise((resolve) => {
      const { output } = this.#prepared;
      const begin = performance.now();
      let wait = 2;
      let timer: NodeJS.Timeout;
      const look = (): void => {
        clearTimeout(timer);
        if (this.#over || this.#runs(performance.now() - begin)) {
          output.onHeld = () => {};
          if (!this.#over) output.release();
          resolve();
          return;
        }
        wait = Math.min(wait * 1.3, 50);
        timer = setTimeout(look, wait);
      };
      timer = setTimeout(look, 8);
      output.onHeld = look;
    });
  }

  #runs(elapsedMs: number): boolean {
    const { guard, dir } = this.#prepared;
    const pid = readPid(join(dir, 'pid'));
    if (pid === undefined) return false;
    // Where we may not look, or are deceived by a name, what was made half a second ago runs.
    if (elapsedMs > 500) return true;
    const comm = guard.readProc(pid, 'comm');
    return comm !== undefined && !beforeExec.test(comm.trim());
  }

  async signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<void> {
    const { guard, name, id } = this.#prepared;
    if (!this.#over) guard.kill(name, signal.slice(3), id);
  }

  async stop(graceMs: number): Promise<ContainerExit> {
    if (graceMs > 0 && this.#terminate()) {
      const timer = new AbortController();
      const grace = delay(graceMs, undefined, { signal: timer.signal }).catch(() => {});
      await Promise.race([this.exit, grace]);
      timer.abort();
    }
    while (!this.#over) {
      await this.signal('SIGKILL');
      await Promise.race([this.exit, delay(100)]);
    }
    return this.exit;
  }

  /**
   * Asks all processes to end, as the kubelet's TERM reaches what Tekton's entrypoint runs.
   * @returns whether any of them outlives that, so that waiting makes sense
   */
  #terminate(): boolean {
    const { guard, dir } = this.#prepared;
    const first = readPid(join(dir, 'pid'));
    if (this.#over || first === undefined) return !this.#over;
    const read = (pid: number, file: string) => guard.readProc(pid, file);
    const pids = processTree(first, read);
    const wait = pids.some((pid) => outlivesTerm(pid, read));
    guard.signal(pids, 'TERM');
    return wait;
  }

  async #run(): Promise<ContainerExit> {
    const { guard, cgroups, cgroup, now, output, pipe } = this.#prepared;
    const startedAt = now();
    const exitCode = await guard.run(this.#prepared.name, this.#prepared.relativeDir);
    const finishedAt = now();
    const usage = cgroups.usage(cgroup);
    await pipe.drained();
    const log = join(this.#prepared.dir, 'log');
    this.failure = startFailure(exitCode, log, output.held, this.#prepared.command);
    if (this.failure === undefined) output.release();
    this.#over = true;
    return { exitCode, ...usage, startedAt, finishedAt };
  }
}

export type { RunningContainer };

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
