import { RegoObject } from '../values/rego-object.ts';
import type { Value } from '../values/value.ts';
import type { DataNode } from './data-node.ts';
import { lookupPath } from './lookup.ts';
import type { World } from './world.ts';

/** The whole document at a node that is no rule: base data overlaid with every rule below that has a value. */
export function documentAt(world: World, node: DataNode): Value | undefined {
  const home = world.home(node);
  const known = home.results.get(node);
  if (known !== undefined) return known as Value;
  const { evaluation } = home;
  const value = evaluation.suspends ? evaluation.attempt(true, () => build(home, node)) : build(home, node);
  if (value !== undefined) home.results.set(node, value);
  return value;
}

function build(world: World, node: DataNode): Value | undefined {
  const base = lookupPath(world.data, node.path, 0);
  if (world.replaced !== undefined && world.isReplaced(node.path, node.path.length)) return base;
  const rules = new RegoObject();
  for (const [key, child] of node.children) {
    const value = childValue(world, child);
    if (value !== undefined) rules.add(key, value);
  }
  return base === undefined ? rules : overlaid(base, rules);
}

/** Base data and what rules say at the same place as one document. Of values that cannot be merged, OPA shows the base data's. */
function overlaid(base: Value, rules: Value): Value {
  if (!(base instanceof RegoObject) || !(rules instanceof RegoObject)) return base;
  const document = new RegoObject();
  for (const key of rules.keys()) if (!base.has(key)) document.add(key, rules.get(key) as Value);
  for (const key of base.keys()) {
    const value = base.get(key) as Value;
    const other = rules.get(key);
    document.add(key, other === undefined || other === value ? value : overlaid(value, other));
  }
  return document;
}

/** What a child contributes to the document above it; undefined for functions and for rules without a value. */
export function childValue(world: World, child: DataNode): Value | undefined {
  if (world.replaced !== undefined && world.isReplaced(child.path, child.path.length))
    return lookupPath(world.data, child.path, 0);
  if (!child.group) return documentAt(world, child);
  return child.group.kind === 'function' ? undefined : child.group.at(world, [], 0);
}
