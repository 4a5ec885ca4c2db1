import type { Matrix, Param } from '../types/params.ts';

type Combination = Map<string, string>;

function product(matrix: Matrix): Combination[] {
  const params = matrix.params ?? [];
  if (params.length === 0) return [];
  let combinations: Combination[] = [new Map()];
  for (const { name, value } of params) {
    const values = Array.isArray(value) ? value : [String(value)];
    combinations = values.flatMap((item) => combinations.map((base) => new Map(base).set(name, item)));
  }
  return combinations;
}

/** True when no param that both have differs. */
function agrees(combination: Combination, included: Combination): boolean {
  return [...included].every(([name, value]) => !combination.has(name) || combination.get(name) === value);
}

/** True when any param has the same value in both. */
function shares(combination: Combination, included: Combination): boolean {
  return [...included].some(([name, value]) => combination.get(name) === value);
}

/**
 * The params of each TaskRun of a matrix, in order, each by name. The matrix's first param varies fastest.
 * Each `include` is laid over the combinations that it agrees with in every param they share, and stands for one of
 * its own when it has nothing in common with any.
 * @see https://tekton.dev/docs/pipelines/matrix/#specifying-explicit-combinations-in-the-matrix
 */
export function matrixCombinations(matrix: Matrix): Param[][] {
  const included = (matrix.include ?? []).map(
    ({ params = [] }): Combination => new Map(params.map(({ name, value }) => [name, String(value)])),
  );
  const combinations = product(matrix);
  if ((matrix.params ?? []).length === 0) return included.map(sortedParams);
  for (const combination of combinations) {
    for (const over of included) {
      if (agrees(combination, over)) for (const [name, value] of over) combination.set(name, value);
    }
  }
  for (const added of included) {
    if (added.size > 0 && !combinations.some((combination) => shares(combination, added)))
      combinations.push(added);
  }
  return combinations.map(sortedParams);
}

function sortedParams(combination: Combination): Param[] {
  const params = Array.from(combination, ([name, value]) => ({ name, value }));
  return params.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** How many TaskRuns a matrix makes, as far as is known before its references are replaced. */
export function countCombinations(matrix: Matrix): number {
  const product = (matrix.params ?? []).reduce(
    (count, { value }) => count * (Array.isArray(value) ? value.length : 1),
    1,
  );
  return product > 100_000 || (matrix.params ?? []).length === 0
    ? Math.max(product, (matrix.include ?? []).length)
    : matrixCombinations(matrix).length;
}
