import type { Matrix, Param } from '../types/params.ts';

type Combination = Map<string, string>;

function product(matrix: Matrix): Combination[] {
  const params = [...(matrix.params ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (params.length === 0) return [];
  let combinations: Combination[] = [new Map()];
  for (const { name, value } of params) {
    const values = Array.isArray(value) ? value : [String(value)];
    combinations = values.flatMap((item) => combinations.map((base) => new Map(base).set(name, item)));
  }
  return combinations;
}

/**
 * The params of each TaskRun of a matrix, in order. Params are taken by name, the first varies fastest. Each
 * `include` overwrites the combinations it agrees with in every param they share, and otherwise stands for one of its
 * own.
 */
export function matrixCombinations(matrix: Matrix): Param[][] {
  const combinations = product(matrix);
  const varied = new Set((matrix.params ?? []).map(({ name }) => name));
  const added: Combination[] = [];
  for (const { params = [] } of matrix.include ?? []) {
    const included: Combination = new Map(params.map(({ name, value }) => [name, String(value)]));
    const shared = [...included.keys()].filter((name) => varied.has(name));
    const matching = combinations.filter((combination) =>
      shared.every((name) => combination.get(name) === included.get(name)),
    );
    if (matching.length === 0) added.push(included);
    for (const combination of matching) {
      for (const [name, value] of included) combination.set(name, value);
    }
  }
  return [...combinations, ...added].map((combination) =>
    Array.from(combination, ([name, value]) => ({ name, value })),
  );
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
