import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SandboxError } from '../error.ts';
import type { Guard } from '../guard/guard.ts';
import type { CgroupTree } from '../limits/cgroups.ts';
import type { Container, ContainerExit, ExecSpec, ExecutedProcess } from '../pod.ts';
import type { ContainerOutput } from './container-output.ts';
import { type ExecHost, execute } from './exec.ts';
import { startFailure } from './failure.ts';
import type { OutputPipe } from './output.ts';
import { outlivesTerm, processTree } from './process-tree.ts';
import { hasStarted, readPid } from './running-process.ts';

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
  /** Those of standard error, where it goes elsewhere. */
  error?: { output: ContainerOutput; pipe: OutputPipe };
  /** What the `number`th further process of it is started with. */
  execHost(number: number): ExecHost;
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
  #executed = 0;
  readonly #prepared: PreparedContainer;

  constructor(prepared: PreparedContainer) {
    this.#prepared = prepared;
    this.exit = this.#run();
  }

  /** Resolves when the process has become the container's program, or has ended. */
  started(): Promise<void> {
    return new Promise((resolve) => {
      const { output, error, guard, dir } = this.#prepared;
      const outputs = error ? [output, error.output] : [output];
      const begin = performance.now();
      let wait = 2;
      let timer: NodeJS.Timeout;
      const look = (): void => {
        clearTimeout(timer);
        if (this.#over || hasStarted(guard, join(dir, 'pid'), performance.now() - begin)) {
          for (const one of outputs) {
            one.onHeld = () => {};
            if (!this.#over) one.release();
          }
          resolve();
          return;
        }
        wait = Math.min(wait * 1.3, 50);
        timer = setTimeout(look, wait);
      };
      timer = setTimeout(look, 8);
      for (const one of outputs) one.onHeld = look;
    });
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

  async exec(spec: ExecSpec): Promise<ExecutedProcess> {
    if (this.#over) throw new SandboxError('Closed', `container ${this.#prepared.id} has ended`);
    this.#executed += 1;
    return execute(this.#prepared.execHost(this.#executed), spec);
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
    const { guard, cgroups, cgroup, now, output, pipe, error } = this.#prepared;
    const startedAt = now();
    const exitCode = await guard.run(this.#prepared.name, this.#prepared.relativeDir);
    const finishedAt = now();
    const usage = cgroups.usage(cgroup);
    await Promise.all([pipe.drained(), error?.pipe.drained()]);
    const log = join(this.#prepared.dir, 'log');
    this.failure = startFailure(
      exitCode,
      log,
      output.held + (error?.output.held ?? ''),
      this.#prepared.command,
    );
    if (this.failure === undefined) {
      output.release();
      error?.output.release();
    }
    this.#over = true;
    return { exitCode, ...usage, startedAt, finishedAt };
  }
}

export type { RunningContainer };
