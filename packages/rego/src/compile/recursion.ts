import type { LoweredRule } from './intermediate.ts';
import type { Key } from './keys.ts';
import type { Problems } from './problems.ts';
import { referencesOf } from './rule-references.ts';
import { type PlacedRule, pathText, type RuleTree, type TreeNode } from './rule-tree.ts';

/** Reports rules that depend on themselves. */
export function checkRecursion(graph: RuleGraph, rules: Iterable<PlacedRule>, problems: Problems): void {
  const done = new Set<PlacedRule>();
  for (const start of rules) {
    if (done.has(start)) continue;
    const cycle = findCycle(start, graph, done);
    if (!cycle) continue;
    const [first] = cycle as [PlacedRule];
    const names = [...cycle, first].map((rule) => pathText(rule.prefix));
    problems.add(
      'recursion',
      first.rule.location,
      'rego_recursion_error',
      `rule ${names[0]} is recursive: ${names.join(' -> ')}`,
    );
  }
}

/** Depth first without recursion; what is left for good is `done`. */
function findCycle(start: PlacedRule, graph: RuleGraph, done: Set<PlacedRule>): PlacedRule[] | undefined {
  const trail: { rule: PlacedRule; next: Iterator<PlacedRule> }[] = [];
  const open = new Set<PlacedRule>();
  const enter = (rule: PlacedRule) => {
    open.add(rule);
    trail.push({ rule, next: graph.dependenciesOf(rule)[Symbol.iterator]() });
  };
  let found: PlacedRule[] | undefined;
  enter(start);
  for (let at = trail.at(-1); at; at = trail.at(-1)) {
    const { value, done: isLast } = at.next.next();
    if (isLast) {
      trail.pop();
      open.delete(at.rule);
      done.add(at.rule);
    } else if (open.has(value)) {
      found ??= trail.map(({ rule }) => rule).slice(trail.findIndex(({ rule }) => rule === value));
    } else if (!done.has(value)) enter(value);
  }
  return found;
}

/** Which rules refer to which. */
export class RuleGraph {
  readonly #tree: RuleTree;
  readonly #rules: ReadonlyMap<PlacedRule, LoweredRule>;
  readonly #known = new Map<PlacedRule, Set<PlacedRule>>();

  constructor(tree: RuleTree, rules: ReadonlyMap<PlacedRule, LoweredRule>) {
    this.#tree = tree;
    this.#rules = rules;
  }

  dependenciesOf(rule: PlacedRule): ReadonlySet<PlacedRule> {
    let known = this.#known.get(rule);
    if (known) return known;
    known = new Set();
    for (const path of referencesOf(this.#rules.get(rule) as LoweredRule).data)
      collect(this.#tree.root, path, 0, known);
    this.#known.set(rule, known);
    return known;
  }
}

/** Adds the rules that a reference below `data` can reach. */
function collect(
  node: TreeNode,
  path: readonly (Key | undefined)[],
  depth: number,
  found: Set<PlacedRule>,
): void {
  for (const rule of node.rules) if (canReach(rule, path, depth)) found.add(rule);
  if (depth >= path.length) {
    for (const child of node.children.values()) collect(child, path, depth, found);
    return;
  }
  const key = path[depth];
  if (key === undefined) for (const child of node.children.values()) collect(child, path, depth + 1, found);
  else {
    const child = node.children.get(key);
    if (child) collect(child, path, depth + 1, found);
  }
}

/** Whether the constant parts of a rule's head after its prefix fit those of the reference. */
function canReach(rule: PlacedRule, path: readonly (Key | undefined)[], depth: number): boolean {
  return rule.rest.every((part, index) => {
    const wanted = path[depth + index];
    return wanted === undefined || part.kind !== 'scalar' || part.value === wanted;
  });
}
