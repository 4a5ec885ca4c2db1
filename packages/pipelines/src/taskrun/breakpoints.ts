import { chmodSync, type FSWatcher, mkdirSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostIds, makeSharedDirectory } from '@assay/sandbox';
import type { TaskRun } from '@assay/tekton';
import { readResultFile } from '../results/result-files.ts';
import { writePauseProgram } from './pause-program.ts';

/** Where a step of a TaskRun with breakpoints stops. */
export interface StepBreakpoints {
  beforeStep: boolean;
  onFailure: boolean;
  /** On the host; what the debug scripts write arrives here. Under the step's control. */
  directory: string;
}

/** Names the container of the step that stands still, on its TaskRun. */
export const pausedStepAnnotation = 'assay.dev/paused-step';

/** What was decided about a step that stands still. */
export type Decision = 'continue' | 'fail';

/** The first process of a container with breakpoints, as the container sees it. */
export const pausePath = '/tekton/bin/pause';
const scriptsPath = '/tekton/debug/scripts';

const scripts = {
  'debug-continue': { file: 'breakpointexit', text: '0' },
  'debug-fail-continue': { file: 'breakpointexit', text: '1' },
  'debug-beforestep-continue': { file: 'beforestepexit', text: '0' },
  'debug-beforestep-fail-continue': { file: 'beforestepexit', text: '1' },
} as const;

/** What a step's log says when it stands still, as Tekton's entrypoint does. */
export const breakpointNotices = {
  beforeStep: notice('before step', 'debug-beforestep-continue', 'debug-beforestep-fail-continue'),
  onFailure: notice('onFailure', 'debug-continue', 'debug-fail-continue'),
} as const;

function notice(which: string, go: string, fail: string): string {
  return `debug ${which} breakpoint has taken effect, waiting for user's decision:
1) continue, use cmd: ${scriptsPath}/${go}
2) fail-continue, use cmd: ${scriptsPath}/${fail}
`;
}

/** Whether a run asks for breakpoints at all. */
export function hasBreakpoints(debug: TaskRun['spec']['debug']): boolean {
  return debug?.breakpoints?.onFailure === 'enabled' || Boolean(debug?.breakpoints?.beforeSteps?.length);
}

/** Writes what all steps of a run with breakpoints have below `/tekton`, the directory `tekton` on the host. */
export function prepareBreakpoints(tekton: string, steps: number): void {
  writePauseProgram(join(tekton, 'bin', 'pause'));
  mkdirSync(join(tekton, 'debug', 'scripts'), { recursive: true });
  for (let index = 0; index < steps; index++) {
    mkdirSync(join(tekton, 'debug', 'info', String(index)), { recursive: true });
  }
}

/**
 * Writes a step's own debug scripts.
 * @param directory where they and the decisions are kept on the host; made
 * @returns the mounts with which the step has them
 */
export function stepBreakpointMounts(directory: string, index: number, owner: HostIds) {
  const info = `/tekton/debug/info/${index}`;
  mkdirSync(join(directory, 'scripts'), { recursive: true });
  makeSharedDirectory(join(directory, 'info'), owner);
  for (const [name, { file, text }] of Object.entries(scripts)) {
    const path = join(directory, 'scripts', name);
    writeFileSync(path, `#!/bin/sh\nset -e\necho ${text} >${info}/${file}\necho "step ${index} goes on"\n`);
    chmodSync(path, 0o755);
  }
  return [
    { source: join(directory, 'scripts'), destination: scriptsPath, readOnly: true },
    { source: join(directory, 'info'), destination: info, readOnly: false },
  ];
}

/** Resolves with what the debug scripts, or somebody in their place, decide; undefined when `signal` aborts first. */
export function awaitDecision(
  { directory }: StepBreakpoints,
  which: 'beforeStep' | 'onFailure',
  signal: AbortSignal,
): Promise<Decision | undefined> {
  const file = which === 'beforeStep' ? 'beforestepexit' : 'breakpointexit';
  const info = join(directory, 'info');
  return new Promise((resolve) => {
    let watcher: FSWatcher | undefined;
    const end = (decision?: Decision) => {
      watcher?.close();
      signal.removeEventListener('abort', stop);
      resolve(decision);
    };
    const stop = () => end();
    const look = () => {
      const found = readResultFile(info, file);
      // An empty file is one that is just being written.
      if (found && 'content' in found && found.content !== '')
        end(found.content.trim() === '0' ? 'continue' : 'fail');
    };
    if (signal.aborted) return end();
    watcher = watch(info, look);
    signal.addEventListener('abort', stop, { once: true });
    look();
  });
}

/** Decides from outside of the container, whose image may have no shell for the scripts. */
export function decide(
  { directory }: StepBreakpoints,
  which: 'beforeStep' | 'onFailure',
  decision: Decision,
): void {
  const name = which === 'beforeStep' ? 'beforestepexit' : 'breakpointexit';
  // The directory is the step's: what it has put in the place of the file is not followed.
  writeFileSync(join(directory, 'info', name), decision === 'continue' ? '0\n' : '1\n', { flag: 'wx' });
}
