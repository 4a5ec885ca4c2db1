import type { Location, Module, Rule, Term } from '../syntax/ast.ts';
import { isGroundKey, type Key } from './keys.ts';

/** A rule with the module it stands in. */
export interface PlacedRule {
  rule: Rule;
  module: Module;
  /** The path from `data`, as far as it is constant. */
  prefix: readonly Key[];
  /** What comes after the constant prefix. */
  rest: readonly Term[];
}

/** A place below `data` at which a rule lies, or on the way to one. */
export class TreeNode {
  readonly path: readonly Key[];
  readonly children = new Map<Key, TreeNode>();
  readonly rules: PlacedRule[] = [];

  constructor(path: readonly Key[]) {
    this.path = path;
  }

  child(key: Key): TreeNode {
    let node = this.children.get(key);
    if (!node) {
      node = new TreeNode([...this.path, key]);
      this.children.set(key, node);
    }
    return node;
  }

  /** Whether some rule here has a head that is not constant to its end. */
  get isGeneral(): boolean {
    return this.rules.some(({ rest }) => rest.length > 0);
  }

  /** All rules here and below. */
  *extent(): Generator<PlacedRule> {
    yield* this.rules;
    for (const child of this.children.values()) yield* child.extent();
  }
}

/** Every rule by the constant prefix of its path. */
export class RuleTree {
  readonly root = new TreeNode([]);
  readonly #packages = new Map<TreeNode, Module[]>();

  constructor(modules: readonly Module[]) {
    for (const module of modules) {
      let node = this.root;
      for (const part of module.package.path) node = node.child(part);
      const list = this.#packages.get(node);
      if (list) list.push(module);
      else this.#packages.set(node, [module]);
      for (const rule of module.rules) {
        const placed = place(rule, module);
        let at = this.root;
        for (const key of placed.prefix) at = at.child(key);
        at.rules.push(placed);
      }
    }
  }

  /** The node at a path from `data`, if any. */
  find(path: readonly Key[]): TreeNode | undefined {
    let node: TreeNode | undefined = this.root;
    for (const key of path) {
      node = node.children.get(key);
      if (!node) return undefined;
    }
    return node;
  }

  /** Whether rules lie exactly there. */
  has(path: readonly Key[]): boolean {
    return (this.find(path)?.rules.length ?? 0) > 0;
  }

  isFunction(path: readonly Key[]): boolean {
    return this.find(path)?.rules.some(({ rule }) => (rule.head.args?.length ?? 0) > 0) ?? false;
  }

  /** The modules whose package a node is. */
  modulesAt(node: TreeNode): readonly Module[] {
    return this.#packages.get(node) ?? [];
  }

  /** All nodes, parents first. */
  *nodes(): Generator<TreeNode> {
    const pending = [this.root];
    for (let node = pending.pop(); node; node = pending.pop()) {
      yield node;
      pending.push(...[...node.children.values()].reverse());
    }
  }
}

function place(rule: Rule, module: Module): PlacedRule {
  const { name, path } = rule.head.reference;
  const prefix: Key[] = [...module.package.path, name.name];
  let length = 0;
  for (const part of path) {
    if (!isGroundKey(part)) break;
    prefix.push(part.value);
    length += 1;
  }
  return { rule, module, prefix, rest: path.slice(length) };
}

/** The reference as a message shows it: `data.p.q["a-b"][x]`. */
export function pathText(path: readonly Key[], rest: readonly string[] = []): string {
  const parts = path.map((key) => {
    if (typeof key === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `.${key}`;
    return `[${typeof key === 'string' ? JSON.stringify(key) : String(key)}]`;
  });
  return `data${parts.join('')}${rest.map((text) => `[${text}]`).join('')}`;
}

/** `file:row`, as messages name a place. */
export function placeText(location: Location): string {
  return `${location.file}:${location.row}`;
}
