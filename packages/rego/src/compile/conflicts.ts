import type { Rule } from '../syntax/ast.ts';
import type { Problems } from './problems.ts';
import { type PlacedRule, pathText, placeText, type RuleTree, type TreeNode } from './rule-tree.ts';

/** Reports rules of one name that cannot stand beside each other, and rules whose name is a package's. */
export function checkConflicts(
  tree: RuleTree,
  problems: Problems,
  textOf: (rule: PlacedRule) => string,
): void {
  for (const node of tree.nodes()) {
    if (node.rules.length > 0) checkNode(node, problems, textOf);
    checkPackages(tree, node, problems);
  }
}

function checkNode(node: TreeNode, problems: Problems, textOf: (rule: PlacedRule) => string): void {
  const [first] = node.rules as [PlacedRule, ...PlacedRule[]];
  const name = textOf(node.rules.at(-1) as PlacedRule);
  const fail = (message: string, location = first.rule.location) =>
    problems.add('conflicts', location, 'rego_type_error', message);
  const below = node.rules.some(({ rest }) => rest.length === 0) ? [...rulesBelow(node)] : [];
  if (below.length > 0) {
    const texts = [...new Set(below.map(({ path }) => pathText(path)))];
    fail(`rule ${name} conflicts with [${texts.join(' ')}]`);
    return;
  }
  const kinds = new Set(node.rules.map(({ rule }) => (rule.head.key ? 'many' : 'one')));
  const arities = new Set(node.rules.map(({ rule }) => rule.head.args?.length ?? 0));
  const complete = node.rules.filter(({ rule, rest }) => !rule.head.key && rest.length === 0);
  const isMixed = complete.length > 0 && complete.length < node.rules.length;
  if (kinds.size > 1 || arities.size > 1 || isMixed) {
    fail(`conflicting rules ${name} found`);
    return;
  }
  const defaults = node.rules.map(({ rule }) => rule).filter((rule) => rule.default);
  if (defaults.length > 1)
    fail(
      `multiple default rules ${name} found at ${defaults.map(placeOf).join(', ')}`,
      first.module.package.location,
    );
}

const placeOf = (rule: Rule): string => placeText(rule.location);

function* rulesBelow(node: TreeNode): Generator<TreeNode> {
  for (const child of node.children.values()) {
    if (child.rules.length > 0) yield child;
    yield* rulesBelow(child);
  }
}

function checkPackages(tree: RuleTree, node: TreeNode, problems: Problems): void {
  const modules = tree.modulesAt(node);
  if (modules.length === 0) return;
  for (const { rule, module, rest } of node.rules) {
    if (rest.length > 0) continue;
    for (const other of modules) {
      if (other === module) continue;
      const head = rule.head.reference;
      problems.add(
        'conflicts',
        module.package.location,
        'rego_type_error',
        `package ${other.package.path.join('.')} conflicts with rule ${head.name.name} defined at ${placeText(rule.location)}`,
      );
    }
  }
}
