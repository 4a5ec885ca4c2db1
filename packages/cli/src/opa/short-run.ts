import { setFlagsFromString } from 'node:v8';

/** How much processor time a process has used when the last optimizing compiler starts to pay. */
const secondsUntilWorthwhile = 4;

let paused = false;

/**
 * Keeps V8's last optimizing compiler (TurboFan) from running until {@link resumeOptimizing}. In a process of a few seconds it
 * takes more time than what it compiles saves; the compilers before it go on working.
 */
export function pauseOptimizing(): void {
  setFlagsFromString('--no-turbofan');
  paused = true;
}

/** Ends {@link pauseOptimizing}: what runs long from here on is worth being compiled well. */
export function resumeOptimizing(): void {
  if (!paused) return;
  setFlagsFromString('--turbofan');
  paused = false;
}

/** Ends {@link pauseOptimizing} once the process has run so long that it is no short run any more. */
export function resumeOptimizingInLongRun(): void {
  if (!paused) return;
  const { user, system } = process.cpuUsage();
  if (user + system > secondsUntilWorthwhile * 1e6) resumeOptimizing();
}
