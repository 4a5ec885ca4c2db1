import type { LoweredRule } from '../compile/intermediate.ts';
import type { Key } from '../compile/keys.ts';
import { referencesOf } from '../compile/rule-references.ts';
import type { DataNode } from './data-node.ts';
import type { RuleGroup } from './rule-group.ts';

/** A document or function by its path: `["input", "a"]`, `["data", "x"]`, `["builtin", "count"]`. */
export type DocumentPath = readonly (Key | undefined)[];

/** What the rules of one group depend on, worked out when it is first asked for. */
export class Dependencies {
  readonly #root: DataNode;
  readonly #rules: readonly LoweredRule[];
  #known: { paths: DocumentPath[]; groups: Set<RuleGroup> } | undefined;

  constructor(root: DataNode, rules: readonly LoweredRule[]) {
    this.#root = root;
    this.#rules = rules;
  }

  /** The documents that the rules refer to themselves; of paths only the constant beginnings. */
  get paths(): readonly DocumentPath[] {
    return this.#find().paths;
  }

  /** The groups of rules they refer to themselves. */
  get groups(): ReadonlySet<RuleGroup> {
    return this.#find().groups;
  }

  #find(): { paths: DocumentPath[]; groups: Set<RuleGroup> } {
    if (this.#known) return this.#known;
    const paths = new Map<string, DocumentPath>();
    const groups = new Set<RuleGroup>();
    const add = (path: DocumentPath) => paths.set(path.map(String).join('\n'), path);
    for (const rule of this.#rules) {
      const { input, data, builtins } = referencesOf(rule);
      for (const path of input) add(['input', ...known(path)]);
      for (const name of builtins) add(['builtin', name]);
      for (const path of data) {
        add(['data', ...known(path)]);
        this.#groupsAt(path, groups);
      }
    }
    this.#known = { paths: [...paths.values()], groups };
    return this.#known;
  }

  #groupsAt(path: DocumentPath, groups: Set<RuleGroup>): void {
    let node = this.#root;
    for (const part of path) {
      if (node.group || part === undefined) break;
      const child = node.child(part);
      if (!child) return;
      node = child;
    }
    for (const group of groupsBelow(node)) groups.add(group);
  }
}

/** The groups at a node and below it. */
export function* groupsBelow(node: DataNode): Generator<RuleGroup> {
  if (node.group) yield node.group;
  for (const child of node.children.values()) yield* groupsBelow(child);
}

function known(path: DocumentPath): DocumentPath {
  const end = path.indexOf(undefined);
  return end < 0 ? path : path.slice(0, end);
}
