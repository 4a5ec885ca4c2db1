// Values share their parts, so a small one can stand for a huge tree (`x1 := [x0, x0]; x2 := [x1, x1]; ...`). What goes through all
// of a value reports it here, and whoever limits the work is told.

type Meter = (steps: number) => void;

let meter: Meter | undefined;

/** Runs something; its work on values is reported to `to`, which may throw to end it. */
export function metered<T>(to: Meter, run: () => T): T {
  const outer = meter;
  meter = to;
  try {
    return run();
  } finally {
    meter = outer;
  }
}

/** Reports that so many parts of a value are being visited. */
export function countWork(parts: number): void {
  if (meter !== undefined) meter(parts);
}
