import type { TraceEvent, Tracer } from '../evaluate/trace.ts';
import type { Location } from '../syntax/ast.ts';

/** What one line's literals cost, in OPA's JSON form. */
export interface LineProfile {
  total_time_ns: number;
  num_eval: number;
  num_redo: number;
  num_gen_expr: number;
  location: { file: string; row: number; col: number };
}

const profileKeys = ['total_time_ns', 'num_eval', 'num_redo', 'num_gen_expr', 'file', 'line'] as const;
export type ProfileKey = (typeof profileKeys)[number];

interface Line {
  time: number;
  evaluated: number;
  redone: number;
  literals: Set<number>;
  location: Location;
}

/** Counts and times literals by their lines. What happens between two events is charged to the literal of the first. */
export class Profiler implements Tracer {
  readonly #clock: () => number;
  readonly #lines = new Map<string, Line>();
  #current: Line | undefined;
  #since = 0;

  /** @param clock milliseconds; default `performance.now` */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  event({ op, node, location }: TraceEvent): void {
    const now = this.#clock();
    if (this.#current) this.#current.time += now - this.#since;
    if (node === 'expression') {
      const line = this.#lineAt(location);
      if (op === 'Eval') line.evaluated += 1;
      if (op === 'Redo') line.redone += 1;
      line.literals.add(location.start);
      this.#current = line;
    }
    this.#since = this.#clock();
  }

  /** The costliest lines first. */
  report(limit = 10, order: readonly ProfileKey[] = ['total_time_ns']): LineProfile[] {
    const lines = [...this.#lines.values()].map(({ time, evaluated, redone, literals, location }) => ({
      total_time_ns: Math.round(time * 1e6),
      num_eval: evaluated,
      num_redo: redone,
      num_gen_expr: literals.size,
      location: { file: location.file, row: location.row, col: location.col },
    }));
    const keys = [...order, ...profileKeys.filter((key) => !order.includes(key))];
    lines.sort((a, b) => {
      for (const key of keys) {
        const difference = compareBy(key, a, b);
        if (difference !== 0) return difference;
      }
      return 0;
    });
    return lines.slice(0, limit);
  }

  #lineAt(location: Location): Line {
    const key = `${location.file}:${location.row}`;
    let line = this.#lines.get(key);
    if (!line) {
      line = { time: 0, evaluated: 0, redone: 0, literals: new Set(), location };
      this.#lines.set(key, line);
    }
    return line;
  }
}

function compareBy(key: ProfileKey, a: LineProfile, b: LineProfile): number {
  if (key === 'line') return b.location.row - a.location.row;
  if (key !== 'file') return b[key] - a[key];
  if (a.location.file === b.location.file) return 0;
  return a.location.file < b.location.file ? -1 : 1;
}
