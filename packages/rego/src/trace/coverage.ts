import type { TraceEvent, Tracer } from '../evaluate/trace.ts';
import type { Module } from '../syntax/ast.ts';
import { branchesOf, literalsOf } from './walk-literals.ts';

/** Lines from `start` to `end`, both included. */
export interface LineRange {
  start: { row: number };
  end: { row: number };
}

/** What is known of one file, in OPA's JSON form: empty lists and zeros are left out. */
export interface FileCoverage {
  covered?: LineRange[];
  not_covered?: LineRange[];
  covered_lines?: number;
  not_covered_lines?: number;
  coverage?: number;
}

export interface CoverageReport {
  files: Record<string, FileCoverage>;
  covered_lines: number;
  not_covered_lines: number;
  /** Per cent, from 0 to 100. */
  coverage: number;
}

/** Notes which lines of a policy were evaluated. Give it to evaluations as their tracer, then ask for the report. */
export class Coverage implements Tracer {
  readonly #rows = new Map<string, Set<number>>();

  event({ op, node, location }: TraceEvent): void {
    const hit = node === 'rule' ? op === 'Exit' : op === 'Eval';
    if (!hit || location.file === '') return;
    let rows = this.#rows.get(location.file);
    if (!rows) {
      rows = new Set();
      this.#rows.set(location.file, rows);
    }
    rows.add(location.row);
  }

  /** Lines that were evaluated, and those of the modules that could have been and were not. */
  report(modules: readonly Module[]): CoverageReport {
    const files: CoverageReport['files'] = {};
    let covered = 0;
    let missed = 0;
    for (const module of [...modules].sort((a, b) => (a.file < b.file ? -1 : 1))) {
      const rows = this.#rows.get(module.file) ?? new Set<number>();
      const file = fileCoverage(rows, missedRows(module, rows));
      files[module.file] = file;
      covered += file.covered_lines ?? 0;
      missed += file.not_covered_lines ?? 0;
    }
    return {
      files,
      covered_lines: covered,
      not_covered_lines: missed,
      coverage: percentage(covered, missed),
    };
  }
}

function missedRows({ rules }: Module, covered: ReadonlySet<number>): Set<number> {
  const missed = new Set<number>();
  for (const rule of rules) {
    for (const branch of branchesOf(rule)) {
      if (!covered.has(branch.location.row)) missed.add(branch.head.location.row);
    }
    for (const { what, location } of literalsOf(rule)) {
      const declares = what.kind === 'some' || what.kind === 'some-in';
      if (!declares && !covered.has(location.row)) missed.add(location.row);
    }
  }
  return missed;
}

function fileCoverage(covered: ReadonlySet<number>, missed: ReadonlySet<number>): FileCoverage {
  const file: FileCoverage = {};
  if (covered.size > 0) file.covered = ranges(covered);
  if (missed.size > 0) file.not_covered = ranges(missed);
  if (covered.size > 0) file.covered_lines = covered.size;
  if (missed.size > 0) file.not_covered_lines = missed.size;
  const share = percentage(covered.size, missed.size);
  if (share > 0) file.coverage = share;
  return file;
}

function ranges(rows: ReadonlySet<number>): LineRange[] {
  const found: LineRange[] = [];
  for (const row of [...rows].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && row === last.end.row + 1) last.end = { row };
    else found.push({ start: { row }, end: { row } });
  }
  return found;
}

function percentage(covered: number, missed: number): number {
  return covered + missed === 0 ? 0 : (100 * covered) / (covered + missed);
}
