import { DataNode } from './data-node.ts';
import { type DocumentPath, groupsBelow } from './dependencies.ts';
import type { RuleGroup } from './rule-group.ts';

/** One document or function that a `with` replaces, and which rules that can make a difference to. */
class Target {
  readonly #path: DocumentPath;
  readonly #known = new Map<object, boolean>();

  constructor(path: DocumentPath) {
    this.#path = path;
  }

  affects(thing: object): boolean {
    const known = this.#known.get(thing);
    if (known !== undefined) return known;
    // While a group is being looked at it counts as affected: for rules that refer to each other's group.
    this.#known.set(thing, true);
    const result =
      thing instanceof DataNode ? this.#affectsNode(thing) : this.#affectsGroup(thing as RuleGroup);
    this.#known.set(thing, result);
    return result;
  }

  #affectsNode(node: DataNode): boolean {
    if (this.#overlaps(['data', ...node.path])) return true;
    for (const group of groupsBelow(node)) if (this.affects(group)) return true;
    return false;
  }

  #affectsGroup({ dependencies }: RuleGroup): boolean {
    for (const path of dependencies.paths) if (this.#overlaps(path)) return true;
    for (const group of dependencies.groups) if (this.affects(group)) return true;
    return false;
  }

  #overlaps(path: DocumentPath): boolean {
    const target = this.#path;
    const length = Math.min(target.length, path.length);
    for (let i = 0; i < length; i += 1) if (target[i] !== path[i]) return false;
    return true;
  }
}

/** What the literals with `with` of one policy replace: the same thing in many places is looked at once. */
export class KnownTargets {
  readonly #targets = new Map<string, Target>();

  /** The targets of one `with`. */
  at(paths: readonly DocumentPath[]): Targets {
    return new Targets(paths.map((path) => this.#target(path)));
  }

  #target(path: DocumentPath): Target {
    const name = JSON.stringify(path);
    let target = this.#targets.get(name);
    if (!target) {
      target = new Target(path);
      this.#targets.set(name, target);
    }
    return target;
  }
}

/** What one `with` replaces. */
export class Targets {
  readonly #targets: readonly Target[];

  constructor(targets: readonly Target[]) {
    this.#targets = targets;
  }

  /** Whether the replacement can change what a group of rules, or the document at a node, gives. */
  affect(thing: object): boolean {
    for (const target of this.#targets) if (target.affects(thing)) return true;
    return false;
  }
}
