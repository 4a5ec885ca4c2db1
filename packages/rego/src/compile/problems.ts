import { problemAt, RegoError, type RegoErrorCode, type RegoProblem } from '../error.ts';
import type { Location } from '../syntax/ast.ts';
import { compareStrings } from '../values/compare.ts';

/** The compiler's stages, in OPA's order: problems of the first stage that has any are reported, those of later ones are not. */
export const stages = [
  'parse',
  'resolve',
  'heads',
  'overrides',
  'imports',
  'locals',
  'templates',
  'void-calls',
  'print',
  'with',
  'conflicts',
  'functions',
  'safe-heads',
  'safe-bodies',
  'recursion',
  'types',
  'deprecated',
] as const;

export type Stage = (typeof stages)[number];

/** Collects what is wrong, by stage. */
export class Problems {
  readonly #byStage = new Map<Stage, RegoProblem[]>();

  add(
    stage: Stage,
    location: Location | undefined,
    code: RegoErrorCode,
    message: string,
    hint?: string,
  ): void {
    const list = this.#byStage.get(stage);
    const problem = problemAt(location, code, message, hint);
    if (list) list.push(problem);
    else this.#byStage.set(stage, [problem]);
  }

  /** Whether a stage up to and including this one has found something. */
  failedBy(stage: Stage): boolean {
    const limit = stages.indexOf(stage);
    return [...this.#byStage.keys()].some((key) => stages.indexOf(key) <= limit);
  }

  /** Throws the first failed stage's problems, by place, each once. */
  throwIfAny(): void {
    const stage = stages.find((name) => this.#byStage.has(name));
    if (stage !== undefined) throw new RegoError(inOrder(this.#byStage.get(stage) as RegoProblem[]));
  }
}

/** Sorted by file, row, column and message, without repetitions. */
function inOrder(problems: RegoProblem[]): RegoProblem[] {
  const sorted = [...problems].sort(
    (a, b) =>
      compareStrings(a.file, b.file) ||
      a.row - b.row ||
      a.col - b.col ||
      compareStrings(a.message, b.message),
  );
  return sorted.filter((problem, index) => {
    const before = sorted[index - 1];
    return (
      before === undefined ||
      before.file !== problem.file ||
      before.row !== problem.row ||
      before.col !== problem.col ||
      before.message !== problem.message
    );
  });
}
