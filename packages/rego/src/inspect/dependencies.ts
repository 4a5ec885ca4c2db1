import { type RuleReferences, referencesOf, referencesOfBody } from '../compile/rule-references.ts';
import type { PlacedRule, TreeNode } from '../compile/rule-tree.ts';
import type { Policy } from '../evaluate/policy.ts';
import { compileQuery } from '../evaluate/query.ts';
import type { Value } from '../values/value.ts';

/** The documents that a query depends on, each as a path from `input` or `data`; sorted. */
export interface QueryDependencies {
  /** Input and data that come from outside; of a path only the part that is known beforehand. */
  base: Value[][];
  /** Rules. */
  virtual: Value[][];
}

/**
 * What a query depends on, through rules too.
 * @throws RegoError when the query is wrong
 */
export function dependenciesOf(policy: Policy, query: string): QueryDependencies {
  const { compiled } = policy;
  const base = new Map<string, Value[]>();
  const virtual = new Map<string, Value[]>();
  const seen = new Set<PlacedRule>();
  const waiting: RuleReferences[] = [referencesOfBody(compileQuery(compiled, query, {}).body)];
  const add = (to: Map<string, Value[]>, path: Value[]): void => {
    to.set(JSON.stringify(path.map(String)), path);
  };
  for (let found = waiting.pop(); found; found = waiting.pop()) {
    for (const path of found.input) add(base, ['input', ...constantPart(path)]);
    for (const path of found.data) {
      const known = constantPart(path);
      const rules = rulesAt(compiled.tree.root, known);
      if (rules.length === 0) add(base, ['data', ...known]);
      for (const placed of rules) {
        add(virtual, ['data', ...(placed.prefix as readonly Value[])]);
        const lowered = compiled.rules.get(placed);
        if (!lowered || seen.has(placed)) continue;
        seen.add(placed);
        waiting.push(referencesOf(lowered));
      }
    }
  }
  return { base: minimal(base), virtual: [...virtual.values()].sort(byText) };
}

function constantPart(path: readonly unknown[]): Value[] {
  const end = path.indexOf(undefined);
  return (end < 0 ? path : path.slice(0, end)) as Value[];
}

/** The rules that a path reads: on the way to it, at it, or below it. */
function rulesAt(root: TreeNode, path: readonly Value[]): PlacedRule[] {
  let node: TreeNode = root;
  for (const part of path) {
    if (node.rules.length > 0) return [...node.rules];
    const child = node.children.get(part as never);
    if (!child) return [];
    node = child;
  }
  return [...node.extent()];
}

/** Without the paths below another of them. */
function minimal(paths: ReadonlyMap<string, Value[]>): Value[][] {
  const all = [...paths.values()].sort(byText);
  return all.filter(
    (path) =>
      !all.some((other) => other.length < path.length && other.every((part, index) => part === path[index])),
  );
}

function byText(a: readonly Value[], b: readonly Value[]): number {
  const [left, right] = [a.map(String).join('\n'), b.map(String).join('\n')];
  return left < right ? -1 : left > right ? 1 : 0;
}
