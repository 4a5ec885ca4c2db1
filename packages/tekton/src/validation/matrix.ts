import type { FeatureFlags } from '../defaults/config.ts';
import { defaultMaxMatrixCombinations } from '../defaults/config.ts';
import { countCombinations } from '../matrix/combinations.ts';
import type { PipelineTask } from '../types/pipeline.ts';
import { resultReferences } from '../variables/reference.ts';
import type { Findings } from './field-error.ts';
import { requireLevel } from './field-error.ts';

/** `matrix` of the tasks of one section. */
export function validateMatrices(
  tasks: readonly PipelineTask[],
  section: 'tasks' | 'finally',
  flags: FeatureFlags,
  findings: Findings,
): void {
  for (const [index, task] of tasks.entries()) {
    if (task.matrix !== undefined) validateMatrix(task, flags, findings.at(section, index));
  }
  validateConsumers(tasks, section, findings);
}

function validateMatrix(task: PipelineTask, flags: FeatureFlags, findings: Findings): void {
  const { params = [], include = [] } = task.matrix ?? {};
  if (params.length + include.length > 0) {
    requireLevel(findings, 'matrix', 'beta', flags.enableApiFields);
    const count = countCombinations(task.matrix ?? {});
    if (count > defaultMaxMatrixCombinations) {
      findings.add(`expected 0 <= ${count} <= ${defaultMaxMatrixCombinations}`, ['matrix']);
    }
  }
  const own = new Set((task.params ?? []).map(({ name }) => name));
  const seen = new Set<string>();
  for (const { name } of params) {
    if (seen.has(name)) findings.multipleOneOf(`matrix.params[${name}].name`);
    seen.add(name);
    if (own.has(name)) findings.multipleOneOf(`matrix[${name}]`, `params[${name}]`);
  }
  for (const [index, { params: included = [] }] of include.entries()) {
    for (const { name } of included) {
      if (own.has(name))
        findings.multipleOneOf(`matrix.include[${index}].params[${name}]`, `params[${name}]`);
    }
  }
}

/** Results of a matrixed task exist only as an array over all its runs. */
function validateConsumers(tasks: readonly PipelineTask[], section: string, findings: Findings): void {
  const matrixed = new Set(tasks.filter(({ matrix }) => matrix !== undefined).map(({ name }) => name));
  for (const [index, task] of tasks.entries()) {
    for (const { producer, whole, expression } of resultReferences([task.params, task.matrix])) {
      if (!matrixed.has(producer) || whole) continue;
      findings
        .at(section, index)
        .invalid(
          `A matrixed pipelineTask can only be consumed in aggregate using [*] notation, but is currently set to ${expression}`,
        );
    }
  }
}
