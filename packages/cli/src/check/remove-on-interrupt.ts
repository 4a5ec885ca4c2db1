import { exitCodes } from '../exit-codes.ts';
import type { ThrowAwayHome } from './throw-away-home.ts';

/** What Ctrl-C means while a build is prepared and judged. */
export interface InterruptGuard {
  /** While a run is followed, Ctrl-C cancels that, and the home goes as the command ends. */
  following: boolean;
  dispose(): void;
}

/** Ends the process at SIGINT and SIGTERM without leaving a home behind. */
export function removeOnInterrupt(throwAway: ThrowAwayHome, keep: boolean): InterruptGuard {
  const onSignal = () => {
    if (guard.following) return;
    try {
      if (!keep) throwAway.remove();
    } finally {
      process.exit(exitCodes.interrupted);
    }
  };
  const guard: InterruptGuard = {
    following: false,
    dispose: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return guard;
}
