import type { PipelineRunReason } from '../conditions/reasons.ts';
import { pipelineRunReasons } from '../conditions/reasons.ts';
import type { TaskState } from '../graph/run-state.ts';
import { goList } from '../params/value.ts';
import type { RunProblem } from '../runs/problem.ts';
import type { RunResult } from '../types/params.ts';
import type { PipelineSpec } from '../types/pipeline.ts';
import { resultReferences } from '../variables/reference.ts';
import { replaceValue } from '../variables/replace.ts';
import { ReplacementsBuilder } from '../variables/replacements.ts';

/**
 * `status.results` of a PipelineRun from the tasks that have ended. A result whose task was skipped or failed without
 * writing it is left out; one whose task succeeded without writing it is the `problem`.
 */
export function pipelineResults(
  run: string,
  spec: PipelineSpec,
  states: ReadonlyMap<string, TaskState>,
): { results: RunResult[]; problem?: RunProblem<PipelineRunReason> } {
  const replacements = new ReplacementsBuilder();
  const finals = new Set((spec.finally ?? []).map(({ name }) => name));
  for (const [task, state] of states) {
    const scope = finals.has(task) ? 'finally' : 'tasks';
    for (const { name, value } of state.results) replacements.value(`${scope}.${task}.results`, name, value);
  }
  const results: RunResult[] = [];
  const absent: string[] = [];
  for (const { name, value } of spec.results ?? []) {
    const references = [...resultReferences(value, 'tasks'), ...resultReferences(value, 'finally')];
    const unknown = references.filter(({ producer, result, expression, key, index }) => {
      const found = states.get(producer)?.results.some((candidate) => candidate.name === result) ?? false;
      const resolvable = (key === undefined && index === undefined) || replacements.strings.has(expression);
      return !found || !resolvable;
    });
    if (unknown.length === 0) {
      const computed = replaceValue(value, replacements);
      results.push({ name, value: computed });
    } else if (unknown.some(({ producer }) => states.get(producer)?.status === 'Succeeded')) {
      absent.push(name);
    }
  }
  if (absent.length === 0) return { results };
  const detail = `invalid pipelineresults ${goList(absent)}, the referenced results don't exist`;
  const message = `Failed to get PipelineResult from TaskRun Results for PipelineRun ${run}: ${detail}`;
  return { results, problem: { reason: pipelineRunReasons.CouldntGetPipelineResult, message } };
}
