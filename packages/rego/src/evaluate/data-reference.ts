import { compare } from '../values/compare.ts';
import { RegoObject } from '../values/rego-object.ts';
import type { Value } from '../values/value.ts';
import type { BodyCompiler } from './body-compiler.ts';
import type { Continuation, Getter, Slots } from './code.ts';
import type { DataNode } from './data-node.ts';
import { documentAt } from './document.ts';
import { type KnownPart, lookup, lookupPath, type Part, type Sink, sinksAlong } from './lookup.ts';
import type { Program } from './program.ts';
import type { World } from './world.ts';

/** How far the constant parts of a path lead into the tree of rules. */
interface Entrance {
  /** Where they end; undefined when they leave the tree, so that only base data can lie there. */
  node: DataNode | undefined;
  depth: number;
  path: Value[];
}

function entranceOf(program: Program, parts: readonly Part[]): Entrance {
  let node = program.root;
  const path: Value[] = [];
  for (const part of parts) {
    if (node.group || !('constant' in part) || part.constant === undefined) break;
    const child = node.child(part.constant);
    if (!child) return { node: undefined, depth: path.length, path };
    path.push(part.constant);
    node = child;
  }
  return { node, depth: path.length, path };
}

/** The value of a reference into `data` whose parts are all known when it is read. */
export function dataGetter(program: Program, parts: readonly KnownPart[]): Getter {
  const { node, depth } = entranceOf(program, parts);
  const getters = parts.map((part) => part.get);
  if (!node) {
    if (parts.every((part) => part.constant !== undefined)) {
      const keys = parts.map((part) => part.constant as Value);
      return (world) => lookupPath(world.data, keys, 0);
    }
    return (world, slots) => {
      let value: Value | undefined = world.data;
      for (const get of getters) {
        const key = get(world, slots);
        if (key === undefined || value === undefined) return undefined;
        value = lookup(value, key);
      }
      return value;
    };
  }
  const slow: Getter = (world, slots) => {
    const path = pathOf(getters, world, slots);
    return path && valueAt(program, world, path);
  };
  const group = node.group;
  if (group?.kind === 'complete') {
    const rest = getters.slice(depth);
    if (rest.length === 0)
      return (world, slots) => (world.replaced === undefined ? group.value(world) : slow(world, slots));
    return (world, slots) => {
      if (world.replaced !== undefined) return slow(world, slots);
      let value = group.value(world);
      for (const get of rest) {
        if (value === undefined) return undefined;
        const key = get(world, slots);
        if (key === undefined) return undefined;
        value = lookup(value, key);
      }
      return value;
    };
  }
  if (group && group.kind !== 'function')
    return (world, slots) => {
      const path = pathOf(getters, world, slots);
      if (!path) return undefined;
      return world.replaced === undefined ? group.at(world, path, depth) : valueAt(program, world, path);
    };
  return slow;
}

function pathOf(getters: readonly Getter[], world: World, slots: Slots): Value[] | undefined {
  const path: Value[] = [];
  for (const get of getters) {
    const key = get(world, slots);
    if (key === undefined) return undefined;
    path.push(key);
  }
  return path;
}

/** What lies at a path below `data`: rules over base data. */
export function valueAt(program: Program, world: World, path: readonly Value[]): Value | undefined {
  let node = program.root;
  for (let i = 0; ; i += 1) {
    if (world.replaced !== undefined && world.isReplaced(path, i)) return lookupPath(world.data, path, 0);
    if (node.group) return node.group.at(world, path, i);
    if (i === path.length) return documentAt(world, node);
    const child = node.child(path[i] as Value);
    if (!child) return lookupPath(world.data, path, 0);
    node = child;
  }
}

/** Visits everything that a reference into `data` with unknown parts can be. */
export function dataStep(compiler: BodyCompiler, parts: readonly Part[], last: Sink): Continuation {
  const { program } = compiler;
  const sinks = sinksAlong(parts, last);
  const entrance = entranceOf(program, parts);
  const first = sinks[0] as Sink;
  if (!entrance.node) return (world, slots) => first(world, slots, world.data);
  const walk = new DataWalk(parts, sinks);
  const { node, depth, path } = entrance;
  const { root } = program;
  return (world, slots) =>
    world.replaced === undefined
      ? walk.visit(world, slots, node, [...path], depth)
      : walk.visit(world, slots, root, [], 0);
}

class DataWalk {
  readonly #parts: readonly Part[];
  readonly #sinks: readonly Sink[];

  constructor(parts: readonly Part[], sinks: readonly Sink[]) {
    this.#parts = parts;
    this.#sinks = sinks;
  }

  visit(world: World, slots: Slots, node: DataNode, path: Value[], depth: number): boolean {
    if (world.replaced !== undefined && world.isReplaced(path, depth))
      return this.#onValue(world, slots, lookupPath(world.data, path.slice(0, depth), 0), depth);
    if (node.group) return this.#inGroup(world, slots, node, depth);
    const part = this.#parts[depth];
    if (!part) return this.#onValue(world, slots, documentAt(world, node), depth);
    if ('get' in part) {
      const key = part.get(world, slots);
      return key === undefined ? false : this.#enter(world, slots, node, path, depth, key);
    }
    for (const key of keysOf(world, node, path.slice(0, depth))) {
      if ('slot' in part) slots[part.slot] = key;
      else if (!part.match(world, slots, key)) continue;
      if (this.#enter(world, slots, node, path, depth, key)) return true;
    }
    return false;
  }

  #enter(world: World, slots: Slots, node: DataNode, path: Value[], depth: number, key: Value): boolean {
    world.evaluation.spend(1);
    path[depth] = key;
    path.length = depth + 1;
    const child = node.child(key);
    if (child) return this.visit(world, slots, child, path, depth + 1);
    return this.#onValue(world, slots, lookupPath(world.data, path, 0), depth + 1);
  }

  #inGroup(world: World, slots: Slots, node: DataNode, depth: number): boolean {
    const group = node.group as NonNullable<DataNode['group']>;
    if (group.kind === 'function') return false;
    if (group.kind === 'complete') return this.#onValue(world, slots, group.value(world), depth);
    const prefix: Value[] = [];
    for (let i = depth; i < this.#parts.length; i += 1) {
      const part = this.#parts[i] as Part;
      if (!('get' in part)) break;
      const key = part.get(world, slots);
      if (key === undefined) return false;
      prefix.push(key);
      if (group.kind === 'set') break;
    }
    return this.#onValue(world, slots, group.at(world, prefix, 0), depth + prefix.length);
  }

  #onValue(world: World, slots: Slots, value: Value | undefined, depth: number): boolean {
    if (value === undefined) return world.evaluation.halted;
    return (this.#sinks[depth] as Sink)(world, slots, value);
  }
}

/** The keys below a node that is no rule: those of rules and those of base data, in order. */
function keysOf(world: World, node: DataNode, path: readonly Value[]): readonly Value[] {
  const base = lookupPath(world.data, path, 0);
  const baseKeys = base instanceof RegoObject ? base.keys() : [];
  const own = [...node.children.keys()].filter((key) => !(base instanceof RegoObject && base.has(key)));
  return own.length === 0 ? baseKeys : [...baseKeys, ...own].sort(compare);
}
