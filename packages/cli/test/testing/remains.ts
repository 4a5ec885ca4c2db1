import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pause } from './factory-home.ts';

/** What of a home still lives on the machine. */
export interface Remains {
  /** `pid command` of processes that have the home in their arguments, environment or mounts. */
  processes: string[];
  mounts: string[];
  /** Cgroups of the processes that owned sandboxes of this home. */
  cgroups: string[];
  /** What is below the sandbox's directories of running pods. */
  pods: string[];
}

/** The names under which this home's sandboxes made cgroups. To be asked while they run. */
export function sandboxOwners(home: string): string[] {
  return entries(join(home, 'sandbox/run'));
}

export function remainsOf(home: string, owners: readonly string[]): Remains {
  return {
    processes: processesOf(home),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(home)),
    cgroups: owners.flatMap((owner) => globSync(`/sys/fs/cgroup/{,*/}assay/${owner}`)),
    pods: [
      ...sandboxOwners(home).flatMap((owner) => entries(join(home, 'sandbox/run', owner, 'pods'))),
      ...entries(join(home, 'sandbox/attempts')),
    ],
  };
}

export const nothing: Remains = { processes: [], mounts: [], cgroups: [], pods: [] };

/** Fails when something of the home is still there after the time it may take to end. */
export async function assertNothingRemains(
  home: string,
  owners: readonly string[],
  timeoutMs = 3000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const remains = remainsOf(home, owners);
    try {
      assert.deepEqual(remains, nothing);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await pause(30);
  }
}

/** Processes with the home's path in their command line or environment; a step's environment has none of it. */
function processesOf(home: string): string[] {
  return entries('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    const known = [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`].map(read);
    const [command = ''] = known;
    return known.some((text) => text.includes(home)) ? [`${pid} ${command.replaceAll('\0', ' ')}`] : [];
  });
}

/** Processes that have the text in their environment: a marker that a test gave its steps. */
export function processesWith(marker: string): string[] {
  return entries('/proc').filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/environ`).includes(marker));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function entries(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).map((name) => basename(name)) : [];
}
