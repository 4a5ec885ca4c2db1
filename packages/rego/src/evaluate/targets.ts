import { DataNode } from './data-node.ts';
import { type DocumentPath, groupsBelow } from './dependencies.ts';
import type { RuleGroup } from './rule-group.ts';

/** What a `with` replaces, and which rules it can make a difference to. One for each place in the source. */
export class Targets {
  readonly #paths: readonly DocumentPath[];
  readonly #known = new Map<object, boolean>();

  constructor(paths: readonly DocumentPath[]) {
    this.#paths = paths;
  }

  /** Whether the replacement can change what a group of rules, or the document at a node, gives. */
  affect(thing: object): boolean {
    const known = this.#known.get(thing);
    if (known !== undefined) return known;
    // While a group is being looked at it counts as affected: for rules that refer to each other's group.
    this.#known.set(thing, true);
    const result =
      thing instanceof DataNode ? this.#affectNode(thing) : this.#affectGroup(thing as RuleGroup);
    this.#known.set(thing, result);
    return result;
  }

  #affectNode(node: DataNode): boolean {
    if (this.#overlaps(['data', ...node.path])) return true;
    for (const group of groupsBelow(node)) if (this.affect(group)) return true;
    return false;
  }

  #affectGroup({ dependencies }: RuleGroup): boolean {
    if (dependencies.paths.some((path) => this.#overlaps(path))) return true;
    for (const group of dependencies.groups) if (this.affect(group)) return true;
    return false;
  }

  #overlaps(path: DocumentPath): boolean {
    return this.#paths.some((target) => {
      const length = Math.min(target.length, path.length);
      for (let i = 0; i < length; i += 1) if (target[i] !== path[i]) return false;
      return true;
    });
  }
}
