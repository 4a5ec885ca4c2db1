import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { SandboxError } from '../error.ts';
import type { CgroupTree } from '../limits/cgroups.ts';
import { guardScript } from './script.ts';

/** What every guard of one sandbox is started with. */
export interface GuardSettings {
  home: string;
  /** A directory of the host that the guard covers with the sandbox's, privately. */
  at: string;
  /** Below the home. */
  ownerDir: string;
  runtime: string;
  cgroups: 'keep' | 'unmount-unified' | 'cover';
  /** Arguments of `unshare` for a guard in a user namespace of its own; empty as root. */
  userNamespace: string[];
  /** Empty when there is none. */
  slirp4netns: string;
  services: ReadonlyArray<{ port: number; socketPath: string }>;
  /** Where its containers' cgroups are made; undefined when the runtime makes them itself. */
  cgroupTree?: CgroupTree;
}

export type GuardNetwork = 'none' | 'egress';

let serial = 0;

/**
 * One process that holds a pod: its mount, pid and network namespace. Everything in it dies with it, and it dies
 * with this process's main thread, on SIGKILL too.
 */
export class Guard {
  readonly network: GuardNetwork;
  /** Resolves when namespaces, network and services are up. */
  readonly ready: Promise<void>;
  /** Resolves when nothing of the pod is left alive. */
  readonly ended: Promise<void>;
  #pid = 0;
  #alive = true;
  readonly #serial: number;
  readonly #cgroupTree: CgroupTree | undefined;
  #containers = 0;
  #complaints = '';
  readonly #child: ChildProcess;
  readonly #exits = new Map<string, (code: number) => void>();
  readonly #services: Array<{ pid: number; port: number }> = [];

  constructor(settings: GuardSettings, network: GuardNetwork) {
    this.network = network;
    serial += 1;
    this.#serial = serial;
    this.#cgroupTree = settings.cgroupTree;
    this.#cgroupTree?.create(this.cgroup);
    const inner = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '-m', '-p', '-f', '--kill-child=KILL'];
    // Entering a user namespace clears the death signal: it is set after that.
    const [command = '', ...rest] = [
      ...(settings.userNamespace.length > 0 ? ['unshare', ...settings.userNamespace] : []),
      ...inner,
      ...['sh', '-c', guardScript, 'assay-guard'],
      ...[settings.home, settings.at, settings.ownerDir, settings.runtime, settings.cgroups, network],
      network === 'egress' ? settings.slirp4netns : '',
      ...[this.#cgroupTree?.hierarchies.join(':') ?? '', this.#cgroupTree === undefined ? '' : this.cgroup],
      ...(network === 'egress' ? settings.services.map((one) => `${one.port}=${one.socketPath}`) : []),
    ];
    this.#child = spawn(command, rest, {
      // Its own session: an interrupt typed at a terminal is ours to handle.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      // util-linux's newer mount interface holds an option to 256 bytes; a layer list is longer.
      env: { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin', LIBMOUNT_FORCE_MOUNT2: 'always' },
    });
    const stdin = this.#child.stdin as Writable;
    const complaints = this.#child.stderr as Readable;
    const reports = this.#child.stdio[3] as Readable;
    stdin.on('error', () => {});
    complaints.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-4096);
    });
    const prepared = Promise.withResolvers<void>();
    const networkUp = Promise.withResolvers<void>();
    if (network === 'none' || settings.slirp4netns === '') networkUp.resolve();
    createInterface({ input: reports }).on('line', (line) => {
      const [word, first = '', second = ''] = line.split(' ');
      if (word === 'guard') this.#pid = Number(first);
      else if (word === 'service') this.#services.push({ pid: Number(first), port: Number(second) });
      else if (word === 'network') {
        if (first === 'up') networkUp.resolve();
        else networkUp.reject(this.#failure('starting the user-mode network'));
      } else if (word === 'ready') prepared.resolve();
      else if (word === 'failed') prepared.reject(this.#failure(line.slice(7)));
      else if (word === 'exit') {
        this.#exits.get(first)?.(Number(second));
        this.#exits.delete(first);
      }
    });
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.#alive = false;
        const failure = this.#failure('it ended');
        prepared.reject(failure);
        networkUp.reject(failure);
        for (const report of this.#exits.values()) report(137);
        this.#exits.clear();
        resolve();
      };
      this.#child.once('error', (error) => {
        this.#complaints += error.message;
        end();
      });
      this.#child.once('close', end);
    });
    this.ready = Promise.all([prepared.promise, networkUp.promise]).then(() => this.#servicesListen());
    this.ready.catch(() => {});
    networkUp.promise.catch(() => {});
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Name of the cgroup in which the next container will start. */
  get cgroup(): string {
    return `${this.#serial}.${this.#containers}`;
  }

  /** Whether this process's event loop should live as long as the guard: not so for one kept in stock. */
  hold(held: boolean): void {
    const streams = [this.#child, this.#child.stdin, this.#child.stderr, this.#child.stdio[3]];
    for (const stream of streams as Array<{ ref?(): void; unref?(): void } | null>) {
      if (held) stream?.ref?.();
      else stream?.unref?.();
    }
  }

  /** Starts what the `start` file in `directory` (below the owner's) says; resolves with its exit code. */
  run(name: string, directory: string): Promise<number> {
    return new Promise((resolve) => {
      if (!this.#alive) {
        resolve(137);
        return;
      }
      this.#exits.set(name, resolve);
      this.#child.stdin?.write(`run ${name} ${directory}\n`);
      this.#containers += 1;
      if (this.#cgroupTree === undefined) return;
      this.#cgroupTree.create(this.cgroup);
      this.#child.stdin?.write(`enter ${this.cgroup}\n`);
    });
  }

  /** Starts what the `start` file in `directory` says beside a container that runs; resolves with its exit code. */
  exec(name: string, directory: string): Promise<number> {
    return new Promise((resolve) => {
      if (!this.#alive) {
        resolve(137);
        return;
      }
      this.#exits.set(name, resolve);
      this.#child.stdin?.write(`run ${name} ${directory}\n`);
    });
  }

  /** Has the runtime send a signal to a container's first process. */
  kill(name: string, signal: string, id: string): void {
    if (this.#alive) this.#child.stdin?.write(`kill ${name} ${signal} ${id}\n`);
  }

  /** Signals processes by their pids in the pod's namespace; those that are gone are passed over. */
  signal(pids: readonly number[], signal: string): void {
    if (this.#alive && pids.length > 0) this.#child.stdin?.write(`signal ${signal} ${pids.join(' ')}\n`);
  }

  /** Where this process finds a file of `/proc/<pid>` by a pid of the pod's namespace. */
  procPath(pid: number, file: string): string {
    return `/proc/${this.#pid}/root/proc/${pid}/${file}`;
  }

  /** A file of `/proc/<pid>` by a pid of the pod's namespace, or undefined when that is gone or not ours to see. */
  readProc(pid: number, file: string): string | undefined {
    try {
      return readFileSync(this.procPath(pid, file), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** Ends the guard and all that runs in it; resolves when it is gone. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 500);
    await this.ended;
    clearTimeout(kill);
    await this.#removeCgroups();
  }

  async #removeCgroups(): Promise<void> {
    for (let number = 0; number <= this.#containers; number++) {
      for (let attempt = 0; attempt < 50; attempt++) {
        if (this.#cgroupTree?.remove(`${this.#serial}.${number}`) ?? true) break;
        await delay(2);
      }
    }
  }

  async #servicesListen(): Promise<void> {
    const own = readlinkSync('/proc/self/ns/net');
    const deadline = Date.now() + 5000;
    for (const { pid, port } of this.#services) {
      const listening = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A `);
      while (!this.#listens(pid, own, listening)) {
        if (!this.#alive || Date.now() > deadline) throw this.#failure(`listening on port ${port}`);
        await delay(1);
      }
    }
  }

  #listens(pid: number, own: string, listening: RegExp): boolean {
    try {
      if (readlinkSync(`/proc/${this.#pid}/root/proc/${pid}/ns/net`) === own) return false;
    } catch {
      return false;
    }
    return listening.test(this.readProc(pid, 'net/tcp') ?? '');
  }

  #failure(what: string): SandboxError {
    const words = this.#complaints.trim();
    return new SandboxError('GuardFailed', `the pod's guard failed: ${what}${words ? `: ${words}` : ''}`);
  }
}
