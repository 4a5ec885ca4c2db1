import { defaultMaxMatrixCombinations } from '../defaults/config.ts';
import type { Matrix } from '../types/params.ts';
import type { PipelineTask } from '../types/pipeline.ts';
import { textsOf } from '../variables/reference.ts';
import type { Findings } from './field-error.ts';
import { requireLevel } from './field-error.ts';
import type { ValidationOptions } from './options.ts';
import { validateUniqueParams } from './params.ts';
import { expressionsIn, looksLikeResult, parseResult } from './substitution.ts';

/** True when a task fans out. */
export function isMatrixed({ matrix }: Pick<PipelineTask, 'matrix'>): boolean {
  return (matrix?.params ?? []).length > 0 || (matrix?.include ?? []).length > 0;
}

/** `matrix` of the tasks of one section; `findings` stands at the section. */
export function validateMatrices(
  tasks: readonly PipelineTask[],
  options: ValidationOptions,
  findings: Findings,
): void {
  for (const [index, task] of tasks.entries()) validateMatrix(task, options, findings.at(`[${index}]`));
  validateConsumers(tasks, findings);
}

function validateMatrix(task: PipelineTask, options: ValidationOptions, findings: Findings): void {
  const matrix = task.matrix ?? {};
  const { params = [], include = [] } = matrix;
  if (isMatrixed(task)) {
    requireLevel(findings.at('matrix'), 'matrix', 'beta', options.featureFlags?.enableApiFields);
    const most = options.defaults?.maxMatrixCombinations ?? defaultMaxMatrixCombinations;
    const count = announcedCombinations(matrix);
    if (count > most) findings.add(`expected 0 <= ${count} <= ${most}`, ['matrix']);
    for (const [index, { params: included = [] }] of include.entries()) {
      validateUniqueParams(included, findings.at('matrix').at('include', index).at('params'));
    }
    validateUniqueParams(params, findings.at('matrix').at('params'));
  }
  const fanned = new Set(
    [...params, ...include.flatMap((item) => item.params ?? [])].map(({ name }) => name),
  );
  for (const { name } of task.params ?? []) {
    if (fanned.has(name)) findings.multipleOneOf(`matrix[${name}]`, `params[${name}]`);
  }
}

/** How many runs Tekton counts before references are replaced: an empty list counts as one. */
function announcedCombinations({ params = [], include = [] }: Matrix): number {
  if (params.length === 0) return include.length;
  const lists = new Map(params.map(({ name, value }) => [name, Array.isArray(value) ? value : []]));
  let count = 1;
  for (const values of lists.values()) if (values.length > 0) count *= values.length;
  for (const { params: included = [] } of include) {
    for (const { name, value } of included) {
      const values = lists.get(name);
      if (values === undefined) continue;
      if (values.includes(String(value))) break;
      count++;
    }
  }
  return count;
}

/** Results of a matrixed task exist only as an array over all its runs; Tekton tells no place. */
function validateConsumers(tasks: readonly PipelineTask[], findings: Findings): void {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const consumed: string[] = [];
  for (const [index, task] of tasks.entries()) {
    for (const { value } of task.params ?? []) {
      const used = [...textsOf(value)].flatMap(expressionsIn).filter(looksLikeResult);
      const own = used.filter((expression) => isMatrixed(byName.get(expression.split('.')[1] ?? '') ?? {}));
      const single = own.filter((expression) => !expression.endsWith('[*]'));
      for (const expression of single) {
        findings
          .at(`[${index}]`)
          .add(
            `A matrixed pipelineTask can only be consumed in aggregate using [*] notation, but is currently set to ${expression}`,
            [],
          );
      }
      if (single.length > 0) return;
      if (used.length > 0) consumed.splice(0, consumed.length, ...own);
    }
  }
  for (const expression of consumed) validateTextResult(expression, byName, findings);
}

function validateTextResult(
  expression: string,
  tasks: ReadonlyMap<string, PipelineTask>,
  findings: Findings,
): void {
  const reference = parseResult(expression);
  const task = tasks.get(reference?.task ?? '');
  const spec = task?.taskRef ? tasks.get(task.taskRef.name ?? '')?.taskSpec : task?.taskSpec;
  for (const { name, type = '' } of spec?.results ?? []) {
    if (name !== reference?.result || type === 'string') continue;
    findings.invalid(
      `Matrixed PipelineTasks emitting results must have an underlying type string, but result ${name} has type ${type} in pipelineTask`,
    );
  }
}
