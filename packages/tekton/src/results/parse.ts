import { userError } from '../conditions/messages.ts';
import type { TaskRunReason } from '../conditions/reasons.ts';
import { taskRunReasons } from '../conditions/reasons.ts';
import { goMapOfLists } from '../params/value.ts';
import type { RunProblem } from '../runs/problem.ts';
import type { ResultSpec, RunResult } from '../types/params.ts';

/** The declared type of a result; properties imply `object`. */
export function typeOfResult(spec: ResultSpec): string {
  if (spec.type !== undefined && spec.type !== '') return spec.type;
  return spec.properties === undefined ? 'string' : 'object';
}

/**
 * What a step wrote into a result's file. Untrusted content: it is taken verbatim, final newline included. A declared
 * array or object that is not JSON of texts degrades to `string`; `checkResults` then fails the TaskRun.
 */
export function parseResult(spec: ResultSpec, content: Uint8Array | string): RunResult {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  const type = typeOfResult(spec);
  const verbatim: RunResult = { name: spec.name, type: 'string', value: text };
  if (type === 'string') return verbatim;
  try {
    const value: unknown = JSON.parse(text);
    const texts = (items: unknown[]): items is string[] => items.every((item) => typeof item === 'string');
    if (type === 'array' && Array.isArray(value) && texts(value)) return { name: spec.name, type, value };
    if (type === 'object' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      if (texts(Object.values(value)))
        return { name: spec.name, type, value: value as Record<string, string> };
    }
  } catch {
    return verbatim;
  }
  return verbatim;
}

/**
 * Checks a TaskRun's results against their declarations. Results of the wrong type are taken out of `results`.
 */
export function checkResults(
  specs: readonly ResultSpec[],
  results: readonly RunResult[],
): { results: RunResult[]; problem?: RunProblem<TaskRunReason> } {
  const declared = new Map(specs.map((spec) => [spec.name, spec]));
  const kept: RunResult[] = [];
  const mismatches: string[] = [];
  const missing = new Map<string, string[]>();
  for (const result of results) {
    const spec = declared.get(result.name);
    const needed = spec === undefined ? result.type : typeOfResult(spec);
    if (spec === undefined || needed === result.type) {
      kept.push(result);
      const keys = Object.keys(spec?.properties ?? {}).filter(
        (key) => !Object.hasOwn(result.value as object, key),
      );
      if (needed === 'object' && keys.length > 0) missing.set(result.name, keys.sort());
    } else {
      mismatches.push(
        ` "${result.name}": task result is expected to be "${needed}" type but was initialized to a different type "${result.type}"`,
      );
    }
  }
  const detail =
    mismatches.length > 0
      ? `Provided results don't match declared results; may be invalid JSON or missing result declaration: ${mismatches.sort().join(',')}`
      : missing.size > 0
        ? `missing keys for these results which are required in TaskResult's properties ${goMapOfLists(missing)}`
        : undefined;
  if (detail === undefined) return { results: kept };
  return {
    results: kept,
    problem: { reason: taskRunReasons.TaskRunValidationFailed, message: userError(detail) },
  };
}
