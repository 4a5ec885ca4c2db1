import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CgroupMounts, cgroupOwners, removeOwner } from '../limits/cgroups.ts';

let count = 0;

/**
 * The name under which this process holds directories and cgroups: boot, process and its start time make it unique
 * over all time on this machine, so that another process can tell whether the owner still lives.
 */
export function ownerName(): string {
  count += 1;
  return `${bootId()}-${process.pid}-${startTime(process.pid) ?? 0}-${count}`;
}

/** Whether the process behind a name from `ownerName` runs. */
export function ownerLives(name: string): boolean {
  const [boot, pid, start] = name.split('-');
  return boot === bootId() && startTime(Number(pid)) === Number(start);
}

/** Makes the owner's directory below `home/run`, with what guards and runtimes expect in it. */
export function createOwnerDir(home: string, name: string): string {
  const dir = join('run', name);
  for (const part of ['', 'pods', 'state', 'sys', 'pipes']) {
    mkdirSync(join(home, dir, part), { recursive: true });
    chmodSync(join(home, dir, part), 0o711);
  }
  writeFileSync(join(home, dir, 'net'), '');
  return dir;
}

/** Removes directories and cgroups of owners that are dead; those of living ones are never touched. */
export function sweepOwners(home: string, mounts: CgroupMounts): { pods: number; cgroups: number } {
  const run = join(home, 'run');
  const names = entries(run).filter((name) => isOwnerName(name) && !ownerLives(name));
  const swept = { pods: 0, cgroups: 0 };
  const here = cgroupOwners(mounts).filter((name) => isOwnerName(name) && !ownerLives(name));
  for (const name of new Set([...names, ...here])) swept.cgroups += removeOwner(mounts, name);
  for (const name of names) {
    swept.pods += entries(join(run, name, 'pods')).length;
    rmSync(join(run, name), { recursive: true, force: true });
  }
  return swept;
}

function isOwnerName(name: string): boolean {
  return /^[0-9a-f]{8}-\d+-\d+-\d+$/.test(name);
}

function entries(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
}

/** Field 22 of `/proc/<pid>/stat`, counted behind the command, which may hold spaces and parentheses. */
function startTime(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds nothing any more.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}
