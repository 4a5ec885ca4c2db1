import { readFileSync } from 'node:fs';
import type { Guard } from '../guard/guard.ts';

/** A runtime that runs from a copy of itself is named after that copy's descriptor. */
const beforeExec = /^(crun|runc|\d+)(:|$)/;

/**
 * Whether the process that a runtime was asked for has become the program it is to run.
 * @param pidFile which the runtime writes
 * @param elapsedMs since it was asked
 */
export function hasStarted(guard: Guard, pidFile: string, elapsedMs: number): boolean {
  const pid = readPid(pidFile);
  if (pid === undefined) return false;
  // Where we may not look, or are deceived by a name, what was made half a second ago runs.
  if (elapsedMs > 500) return true;
  const comm = guard.readProc(pid, 'comm');
  return comm !== undefined && !beforeExec.test(comm.trim());
}

/** What a runtime wrote to its pid file: a pid of the pod's namespace. */
export function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
