import type { RegoObject } from '../values/rego-object.ts';
import type { Value } from '../values/value.ts';
import type { Evaluation } from './evaluation.ts';
import type { Targets } from './targets.ts';

/** What stands in for a function: a value, or something to call. */
export type Mock = { value: Value } | { call: (world: World, args: Value[]) => Value | undefined };

/**
 * The documents a rule sees and what was worked out from them. Every `with` makes one more world on top; a rule that depends on
 * nothing replaced is looked up in the world below.
 */
export class World {
  readonly evaluation: Evaluation;
  readonly input: Value | undefined;
  /** The base document, replacements included. */
  readonly data: RegoObject;
  /** Paths below `data` that were replaced, in this world or below: rules there do not count. */
  readonly replaced: readonly (readonly string[])[] | undefined;
  readonly mocks: ReadonlyMap<string, Mock> | undefined;
  readonly below: World | undefined;
  /** What this world replaces of the one below. */
  readonly targets: Targets | undefined;
  /** Results by whoever made them. */
  readonly results = new Map<object, unknown>();
  #unmocked: World | undefined;

  constructor(
    evaluation: Evaluation,
    documents: Pick<World, 'input' | 'data' | 'replaced' | 'mocks'>,
    below?: World,
    targets?: Targets,
  ) {
    this.evaluation = evaluation;
    this.input = documents.input;
    this.data = documents.data;
    this.replaced = documents.replaced;
    this.mocks = documents.mocks;
    this.below = below;
    this.targets = targets;
  }

  /** The lowest world in which the rules of a group give the same answers as in this one. */
  home(group: object): World {
    let world: World = this;
    while (world.below !== undefined && !(world.targets as Targets).affect(group)) world = world.below;
    return world;
  }

  /** Whether a path below `data`, or one above it, was replaced. */
  isReplaced(path: readonly unknown[], length: number): boolean {
    return (this.replaced as readonly (readonly string[])[]).some((target) => {
      if (target.length > length) return false;
      return target.every((part, index) => part === path[index]);
    });
  }

  /** The same documents with every function as it is: what the body of a stand-in sees. */
  unmocked(targets: (names: Iterable<string>) => Targets): World {
    if (this.mocks === undefined) return this;
    this.#unmocked ??= new World(
      this.evaluation,
      { input: this.input, data: this.data, replaced: this.replaced, mocks: undefined },
      this,
      targets(this.mocks.keys()),
    );
    return this.#unmocked;
  }
}
