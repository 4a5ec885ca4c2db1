import { typeName } from '../../values/compare.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { Value } from '../../values/value.ts';
import { ValueMap } from '../../values/value-map.ts';
import { operandFault, operandType } from '../operands.ts';

/** Paths that share their beginnings. `whole` marks the end of one: longer paths through it add nothing. */
export interface PathTree {
  whole: boolean;
  children: ValueMap<PathTree>;
}

function tree(): PathTree {
  return { whole: false, children: new ValueMap() };
}

/** One path: `a/b` with `~1` for a slash and `~0` for a tilde, or an array of keys. Undefined for any other value. */
export function parsePath(path: Value): readonly Value[] | undefined {
  if (Array.isArray(path)) return path;
  if (typeof path !== 'string') return undefined;
  if (path === '') return [];
  return path
    .replace(/^\/+/, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The second operand of `json.filter` and `json.remove`. */
export function pathsOperand(value: Value): PathTree {
  if (!Array.isArray(value) && !(value instanceof RegoSet)) throw operandType(2, value, 'set', 'array');
  const paths: readonly Value[] = value instanceof RegoSet ? value.values() : value;
  const root = tree();
  for (const item of paths) {
    const path = parsePath(item);
    if (path === undefined) {
      throw operandFault(
        2,
        `must be one of {set, array} containing string paths or array of path segments but got ${typeName(item)}`,
      );
    }
    if (path.length > 0) insert(root, path);
  }
  return root;
}

function insert(root: PathTree, path: readonly Value[]): void {
  let node = root;
  for (const key of path) {
    let child = node.children.get(key);
    if (!child) {
      child = tree();
      node.children.set(key, child);
    }
    if (child.whole) return;
    node = child;
  }
  node.whole = true;
  node.children = new ValueMap();
}

/** What the paths lead to, and what is around it. */
export function filter(value: Value, paths: PathTree): Value {
  if (paths.whole) return value;
  if (value instanceof RegoObject) {
    const result = new RegoObject();
    paths.children.forEach((below, key) => {
      const part = value.get(key);
      if (part !== undefined) result.add(key, filter(part, below));
    });
    return result;
  }
  if (value instanceof RegoSet) {
    const result = new RegoSet();
    paths.children.forEach((below, member) => {
      if (value.has(member)) result.add(filter(member, below));
    });
    return result;
  }
  if (!Array.isArray(value)) return value;
  const items: Value[] = [];
  value.forEach((item: Value, index) => {
    const below = paths.children.get(String(index));
    if (below) items.push(filter(item, below));
  });
  return items;
}

/** The value without what the paths lead to; undefined when that is all of it. */
export function remove(value: Value, paths: PathTree | undefined): Value | undefined {
  if (!paths) return value;
  if (paths.whole) return undefined;
  if (value instanceof RegoObject) {
    const result = new RegoObject();
    value.forEach((part, key) => {
      const left = remove(part, paths.children.get(key));
      if (left !== undefined) result.add(key, left);
    });
    return result;
  }
  if (value instanceof RegoSet) {
    const result = new RegoSet();
    value.forEach((member) => {
      const left = remove(member, paths.children.get(member));
      if (left !== undefined) result.add(left);
    });
    return result;
  }
  if (!Array.isArray(value)) return value;
  const items: Value[] = [];
  value.forEach((item: Value, index) => {
    const left = remove(item, paths.children.get(String(index)));
    if (left !== undefined) items.push(left);
  });
  return items;
}
