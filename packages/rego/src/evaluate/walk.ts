import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import type { BodyCompiler } from './body-compiler.ts';
import type { Getter, Matcher, Step } from './code.ts';
import { type FlatTerm, getterOf, isBound } from './flat-term.ts';
import { lookupPath } from './lookup.ts';
import { matcherOf } from './pattern.ts';

/** One level of the walk: a composite, its keys, and how far it has been visited. */
interface Level {
  value: Value;
  keys: readonly Value[] | undefined;
  next: number;
}

/**
 * `walk(x, [path, value])`: visits every node without recursion, parents first. A path nobody looks at is not built; a path that
 * is known is looked up.
 */
export function compileWalk(compiler: BodyCompiler, operand: FlatTerm, output: FlatTerm | undefined): Step {
  const get = getterOf(compiler, operand);
  if (output?.kind === 'array' && output.items.length === 2) {
    const [path, value] = output.items as [FlatTerm, FlatTerm];
    if (isBound(compiler, path)) {
      const getPath = getterOf(compiler, path);
      return lookupStep(get, getPath, matcherOf(compiler, value));
    }
    const isIgnored = path.kind === 'local' && path.name.startsWith('$');
    if (isIgnored) return walkStep(get, undefined, matcherOf(compiler, value));
    const matchPath = matcherOf(compiler, path);
    return walkStep(get, matchPath, matcherOf(compiler, value));
  }
  const match: Matcher = output ? matcherOf(compiler, output) : () => true;
  return {
    each: (next) => (world, slots) => {
      const root = get(world, slots);
      if (root === undefined) return world.evaluation.halted;
      return visit(root, true, world, (path, value) =>
        match(world, slots, [path as Value[], value]) ? next(world, slots) : false,
      );
    },
  };
}

function lookupStep(get: Getter, getPath: Getter, match: Matcher): Step {
  return {
    test: (world, slots) => {
      const root = get(world, slots);
      const path = getPath(world, slots);
      if (root === undefined || !Array.isArray(path)) return false;
      const value = lookupPath(root, path, 0);
      return value !== undefined && match(world, slots, value);
    },
  };
}

function walkStep(get: Getter, matchPath: Matcher | undefined, matchValue: Matcher): Step {
  return {
    each: (next) => (world, slots) => {
      const root = get(world, slots);
      if (root === undefined) return world.evaluation.halted;
      return visit(root, matchPath !== undefined, world, (path, value) => {
        if (matchPath !== undefined && !matchPath(world, slots, path as Value[])) return false;
        return matchValue(world, slots, value) ? next(world, slots) : false;
      });
    },
  };
}

type World = Parameters<Getter>[0];

function visit(
  root: Value,
  withPath: boolean,
  world: World,
  found: (path: Value[] | undefined, value: Value) => boolean,
): boolean {
  const { evaluation } = world;
  const path: Value[] = [];
  const levels: Level[] = [];
  let value: Value = root;
  for (;;) {
    evaluation.fuel -= 1;
    if (evaluation.fuel < 0) evaluation.refuel();
    if (found(withPath ? [...path] : undefined, value)) return true;
    if (typeof value === 'object' && value !== null) {
      const keys = keysOf(value);
      if (keys !== undefined || Array.isArray(value)) levels.push({ value, keys, next: 0 });
    }
    let level = levels.at(-1);
    while (level && level.next >= (level.keys ?? (level.value as Value[])).length) {
      levels.pop();
      path.length = Math.max(0, levels.length - 1);
      level = levels.at(-1);
    }
    if (!level) return false;
    const key: Value = level.keys ? (level.keys[level.next] as Value) : level.next;
    level.next += 1;
    path[levels.length - 1] = key;
    path.length = levels.length;
    value = item(level, key);
  }
}

function keysOf(value: object): readonly Value[] | undefined {
  if (value instanceof RegoObject) return value.keys();
  if (value instanceof RegoSet) return value.values();
  return undefined;
}

function item(level: Level, key: Value): Value {
  const { value } = level;
  if (value instanceof RegoObject) return value.get(key) as Value;
  return level.keys ? key : ((value as Value[])[key as number] as Value);
}
