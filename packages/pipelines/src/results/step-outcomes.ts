import type { ResultSpec, RunResult, StepState, TaskRunStatus, TaskSpec } from '@assay/tekton';
import {
  type AttemptLayout,
  stepArtifactsDirectory,
  stepResultsDirectory,
  taskArtifactsDirectory,
  writeExitCode,
} from '../taskrun/layout.ts';
import { collectArtifacts, collectResults, collectStepResults } from './collect.ts';
import { readResultFile } from './result-files.ts';
import {
  fitsTerminationMessage,
  type TerminationEntry,
  terminationMessage,
  terminationMessageTooLong,
} from './termination-message.ts';

/**
 * How large the results of a Task may be: as large as their files; what fits Tekton's message; or, as where a sidecar of
 * Tekton's reads them from a log, so many bytes each.
 */
export type ResultsLimit = 'none' | 'tekton' | { bytesEach: number };

/** Takes over what the steps of an attempt leave behind, one after the other, into the run's status. */
export class StepOutcomes {
  /** Why the TaskRun must fail although its steps did well. */
  problem:
    | { reason: 'TaskRunValidationFailed' | 'TaskRunResultLargerThanAllowedLimit'; message: string }
    | undefined;
  readonly #layout: AttemptLayout;
  readonly #spec: TaskSpec;
  readonly #declared: readonly ResultSpec[];
  readonly #status: TaskRunStatus;
  readonly #limit: ResultsLimit;
  readonly #taskRun: string;

  /** @param declared the results of the Task; @param status written to */
  constructor(
    layout: AttemptLayout,
    spec: TaskSpec,
    declared: readonly ResultSpec[],
    status: TaskRunStatus,
    limit: ResultsLimit,
    taskRun: string,
  ) {
    this.#taskRun = taskRun;
    this.#layout = layout;
    this.#spec = spec;
    this.#declared = declared;
    this.#status = status;
    this.#limit = limit;
  }

  /**
   * Takes over what a step has left.
   * @returns what its log is to say when that is too much, and the step has failed by it; its results are then lost
   */
  ended(index: number, state: StepState): string | undefined {
    const layout = this.#layout;
    const stepResults = this.#spec.steps?.[index]?.results ?? [];
    const skipped = state.terminationReason === 'Skipped';
    const entries = skipped ? [] : this.#entries(index, state, stepResults);
    const fits = fitsTerminationMessage(entries);
    if (this.#limit === 'tekton' && !fits) {
      return terminationMessageTooLong;
    }
    if (state.terminated?.exitCode === 0 || state.terminationReason === 'Continued') {
      writeExitCode(layout, index, String(state.terminated!.exitCode));
    }
    const told = entries.filter(({ type }) => type !== 3);
    // What is larger than any cluster's message is told by the results alone.
    if (fits && told.length > 0 && state.terminated) state.terminated.message = terminationMessage(told);
    collectStepResults(layout, index, stepResults, state);
    const collected = collectResults(layout, this.#declared, this.#status.steps ?? []);
    const merged = mergeResults(this.#status.results, collected.results);
    if (merged) this.#status.results = merged;
    const named = collectArtifacts(layout, index, state);
    if (named.artifacts) this.#status.artifacts = named.artifacts;
    const message = collected.problem ?? named.problem;
    this.problem =
      this.#tooLarge(collected.results) ??
      (message === undefined ? undefined : { reason: 'TaskRunValidationFailed', message });
    return undefined;
  }

  /** As Tekton's sidecar measures: a result is a line of JSON in its log. */
  #tooLarge(results: readonly RunResult[]): StepOutcomes['problem'] {
    if (typeof this.#limit === 'string') return undefined;
    const { bytesEach } = this.#limit;
    for (const { name, value } of results) {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const bytes = Buffer.byteLength(JSON.stringify({ name, value: text, type: 'task' }));
      if (bytes <= bytesEach) continue;
      const words = `${bytes} bytes results size exceeds configured limit of ${bytesEach} bytes`;
      const message = `[User error] TaskRun ""${this.#taskRun}"" failed: ${words}`;
      return { reason: 'TaskRunResultLargerThanAllowedLimit', message };
    }
    return undefined;
  }

  #entries(index: number, state: StepState, stepResults: readonly ResultSpec[]): TerminationEntry[] {
    const read = (directory: string, key: string, file: string, type: TerminationEntry['type']) => {
      const found = readResultFile(directory, file);
      return found && 'content' in found ? [{ key, value: found.content, type }] : [];
    };
    const startedAt = `${(state.terminated?.startedAt ?? '').replace(/Z$/, '')}.000Z`;
    const status = `/tekton/run/${index}/status/artifacts`;
    return [
      { key: 'StartedAt', value: startedAt, type: 3 },
      ...(state.terminationReason === 'Continued'
        ? [{ key: 'ExitCode', value: String(state.terminated?.exitCode), type: 3 as const }]
        : []),
      ...this.#declared.flatMap(({ name, value }) =>
        value === undefined ? read(this.#layout.results, name, name, 1) : [],
      ),
      ...stepResults.flatMap(({ name }) => read(stepResultsDirectory(this.#layout, index), name, name, 4)),
      ...read(stepArtifactsDirectory(this.#layout, index), `${status}/provenance.json`, 'provenance.json', 5),
      ...read(
        taskArtifactsDirectory(this.#layout),
        '/tekton/artifacts/provenance.json',
        'provenance.json',
        6,
      ),
    ];
  }
}

/** The last value of a name wins; the order is that of the declarations. */
function mergeResults(earlier: RunResult[] | undefined, later: RunResult[]): RunResult[] | undefined {
  const names = new Set(later.map((result) => result.name));
  const merged = [...(earlier ?? []).filter((result) => !names.has(result.name)), ...later];
  return merged.length > 0 ? merged : undefined;
}
