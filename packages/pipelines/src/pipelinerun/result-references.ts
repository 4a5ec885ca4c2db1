import type { PipelineSpec, TaskSpec } from '@assay/tekton';
import { allTasks, resultReferences } from '@assay/tekton';
import { childKindOf } from './child.ts';
import { Failure } from './failure.ts';

/**
 * Finds a use of a result that its task does not declare, in the tasks and then in the pipeline's results. Only the
 * resolved tasks can tell, so this comes after the pipeline's own validation.
 *
 * @param taskSpecs the resolved task of each PipelineTask
 */
export function checkResultReferences(
  run: string,
  spec: PipelineSpec,
  taskSpecs: ReadonlyMap<string, TaskSpec>,
): Failure | undefined {
  // What a custom task declares is known to its controller alone.
  const custom = new Set(
    allTasks(spec).flatMap((task) => (childKindOf(task) === 'CustomRun' ? task.name : [])),
  );
  for (const { runAfter: _runAfter, pipelineSpec: _pipelineSpec, ...task } of allTasks(spec)) {
    const problem = undeclared(resultReferences(task), taskSpecs, custom);
    if (problem !== undefined) {
      const message = `invalid result reference in pipeline task ${JSON.stringify(task.name)}: ${problem}`;
      return new Failure('InvalidTaskResultReference', message);
    }
  }
  for (const { name, value } of spec.results ?? []) {
    const references = [...resultReferences(value), ...resultReferences(value, 'finally')];
    const problem = undeclared(references, taskSpecs, custom);
    if (problem !== undefined) {
      return new Failure(
        'InvalidPipelineResultReference',
        `Failed to resolve pipeline result reference for "${run}" with error invalid pipeline result "${name}": ${problem}`,
      );
    }
  }
  return undefined;
}

function undeclared(
  references: readonly { producer: string; result: string }[],
  taskSpecs: ReadonlyMap<string, TaskSpec>,
  custom: ReadonlySet<string>,
): string | undefined {
  for (const { producer, result } of references) {
    if (custom.has(producer)) continue;
    const spec = taskSpecs.get(producer);
    if (!spec) return `referenced pipeline task "${producer}" does not exist`;
    if (!spec.results?.some((declared) => declared.name === result)) {
      return `"${result}" is not a named result returned by pipeline task "${producer}"`;
    }
  }
  return undefined;
}
