import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ResourceLimits } from '../pod.ts';

export type CgroupKind = 'v1' | 'v2' | 'hybrid' | 'none';

export interface CgroupMounts {
  kind: CgroupKind;
  /** Every version 1 hierarchy by mount point, with its controllers. */
  v1: Array<{ dir: string; controllers: string[] }>;
  /** Where version 2 is mounted. */
  unified?: string;
}

/** What the kernel counted for one container. */
export interface CgroupUsage {
  oomKilled: boolean;
  peakMemoryBytes?: number;
}

const prefix = 'assay';
const wanted = ['memory', 'pids', 'cpu'] as const;
type Controller = (typeof wanted)[number];

/** Tells the kind of cgroups from the mount table (`/proc/self/mounts`, proc(5)). */
export function detectCgroups(mounts: string = readFileSync('/proc/self/mounts', 'utf8')): CgroupMounts {
  const v1: CgroupMounts['v1'] = [];
  let unified: string | undefined;
  for (const line of mounts.split('\n')) {
    const [, dir = '', type, options = ''] = line.split(' ');
    if (type === 'cgroup') v1.push({ dir, controllers: options.split(',') });
    if (type === 'cgroup2') unified ??= dir;
  }
  const hasControllers = v1.some(({ controllers }) => controllers.includes('memory'));
  const kind = hasControllers ? (unified === undefined ? 'v1' : 'hybrid') : unified ? 'v2' : 'none';
  return { kind, v1, ...(unified === undefined ? {} : { unified }) };
}

/**
 * The cgroups of one owner: `<hierarchy>/assay/<owner>/<container>`, made and removed by us, so that what the kernel
 * counted can be read after the last process has gone.
 */
export class CgroupTree {
  readonly kind: CgroupKind;
  readonly enforced: Record<Controller, boolean> = { memory: false, cpu: false, pids: false };
  readonly #mounts: CgroupMounts;
  readonly #owner: string;
  readonly #roots: Partial<Record<Controller, string>> = {};

  /** @param usable false where we may not write cgroups at all, as rootless */
  constructor(owner: string, mounts: CgroupMounts, usable = true) {
    this.#mounts = mounts;
    this.#owner = owner;
    this.kind = mounts.kind;
    if (!usable) return;
    for (const controller of wanted) {
      const root = mounts.kind === 'v2' ? this.#delegate(controller) : this.#hierarchy(controller);
      if (root === undefined) continue;
      this.#roots[controller] = root;
      this.enforced[controller] = true;
    }
  }

  /** Path below each hierarchy's root, as a runtime takes it in `linux.cgroupsPath`. */
  path(name: string): string {
    return `/${prefix}/${this.#owner}/${name}`;
  }

  /** The directories of the hierarchies in which `create` makes a container's cgroups. */
  get hierarchies(): string[] {
    return [...new Set(Object.values(this.#roots))];
  }

  /** The directories of a container's cgroups that `create` made. */
  directories(name: string): string[] {
    return this.hierarchies.map((root) => join(root, name));
  }

  /** Makes a container's cgroups, without limits yet. */
  create(name: string): void {
    for (const root of this.hierarchies) mkdirSync(join(root, name), { recursive: true });
  }

  /** Sets the limits of cgroups that `create` made; those of controllers that are not enforced here have no effect. */
  limit(name: string, limits: ResourceLimits, pids: number): void {
    const dirOf = (controller: Controller): string | undefined => {
      const root = this.#roots[controller];
      return root === undefined ? undefined : join(root, name);
    };
    const v2 = this.kind === 'v2';
    const memory = dirOf('memory');
    if (memory !== undefined && limits.memoryBytes !== undefined) {
      const bytes = String(limits.memoryBytes);
      writeFileSync(join(memory, v2 ? 'memory.max' : 'memory.limit_in_bytes'), bytes);
      // Swap accounting may be off; without swap there is nothing to forbid.
      tryWrite(join(memory, v2 ? 'memory.swap.max' : 'memory.memsw.limit_in_bytes'), v2 ? '0' : bytes);
    }
    const tasks = dirOf('pids');
    if (tasks !== undefined) writeFileSync(join(tasks, 'pids.max'), String(pids));
    if (limits.cpuMillis !== undefined) {
      const cpu = dirOf('cpu');
      const quota = String(Math.max(1000, limits.cpuMillis * 100));
      if (cpu !== undefined && v2) writeFileSync(join(cpu, 'cpu.max'), `${quota} 100000`);
      else if (cpu !== undefined) {
        writeFileSync(join(cpu, 'cpu.cfs_period_us'), '100000');
        writeFileSync(join(cpu, 'cpu.cfs_quota_us'), quota);
      }
    }
  }

  /** To be read after the container's last process has gone and before `remove`. */
  usage(name: string): CgroupUsage {
    const root = this.#roots.memory;
    if (root === undefined) return { oomKilled: false };
    const dir = join(root, name);
    const v2 = this.kind === 'v2';
    const events = tryRead(join(dir, v2 ? 'memory.events' : 'memory.oom_control'));
    const peak = Number(tryRead(join(dir, v2 ? 'memory.peak' : 'memory.max_usage_in_bytes')));
    return {
      oomKilled: /^oom_kill [1-9]/m.test(events),
      ...(peak > 0 ? { peakMemoryBytes: peak } : {}),
    };
  }

  /** Removes a container's cgroups; false when a process is still in one. */
  remove(name: string): boolean {
    let gone = true;
    for (const dir of hierarchyDirs(this.#mounts)) gone = removeTree(join(dir, this.path(name))) && gone;
    return gone;
  }

  /** Removes the owner's own, empty directories. */
  close(): void {
    removeOwner(this.#mounts, this.#owner);
  }

  #hierarchy(controller: Controller): string | undefined {
    const found = this.#mounts.v1.find(({ controllers }) => controllers.includes(controller));
    if (found === undefined) return undefined;
    const root = join(found.dir, prefix, this.#owner);
    try {
      mkdirSync(root, { recursive: true });
      return root;
    } catch {
      return undefined;
    }
  }

  #delegate(controller: Controller): string | undefined {
    const top = this.#mounts.unified;
    if (top === undefined) return undefined;
    const root = join(top, prefix, this.#owner);
    try {
      mkdirSync(root, { recursive: true });
      for (const dir of [top, dirname(root), root]) {
        writeFileSync(join(dir, 'cgroup.subtree_control'), `+${controller}`);
      }
      return root;
    } catch {
      return undefined;
    }
  }
}

/** Names of the owners that have cgroups here, of whatever process. */
export function cgroupOwners(mounts: CgroupMounts): string[] {
  const owners = new Set<string>();
  for (const dir of hierarchyDirs(mounts)) {
    for (const name of subdirectories(join(dir, prefix))) owners.add(name);
  }
  return [...owners];
}

/** Kills what is still in an owner's cgroups and removes them; returns how many there were. */
export function removeOwner(mounts: CgroupMounts, owner: string): number {
  const containers = new Set<string>();
  for (const dir of hierarchyDirs(mounts)) {
    const root = join(dir, prefix, owner);
    for (const name of subdirectories(root)) containers.add(name);
    killTree(root);
    for (let attempt = 0; attempt < 50 && !removeTree(root); attempt++) pause(2);
    try {
      rmdirSync(join(dir, prefix));
    } catch {
      // Another owner's are in it.
    }
  }
  return containers.size;
}

function hierarchyDirs(mounts: CgroupMounts): string[] {
  const dirs = mounts.v1.map(({ dir }) => dir);
  if (mounts.unified !== undefined) dirs.push(mounts.unified);
  return dirs;
}

function subdirectories(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function killTree(dir: string): void {
  for (const name of subdirectories(dir)) killTree(join(dir, name));
  for (const pid of tryRead(join(dir, 'cgroup.procs')).split('\n').map(Number)) {
    if (!(pid > 1)) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone meanwhile.
    }
  }
}

function removeTree(dir: string): boolean {
  try {
    rmdirSync(dir);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
  }
  for (const name of subdirectories(dir)) removeTree(join(dir, name));
  try {
    rmdirSync(dir);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function tryWrite(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    // Not offered by this kernel.
  }
}
