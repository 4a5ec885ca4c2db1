import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import { ValueMap } from '../values/value-map.ts';
import type { Dependencies } from './dependencies.ts';
import { lookupPath } from './lookup.ts';
import type { Collect, PartialRule } from './rule-code.ts';
import { RuleIndex } from './rule-index.ts';
import type { World } from './world.ts';

interface Known {
  full: RegoSet | undefined;
  members: ValueMap<boolean>;
  /** Steps spent on single members so far. */
  spent: number;
}

/** Once looking up single members has cost this many steps, the whole set is made instead. */
const patience = 20_000;

/** Adds a member to the set being built. */
export const addMember: Collect = (world, collection, _path, value) => {
  const set = collection as RegoSet;
  set.add(value);
  if (set.size % 1024 === 0) world.evaluation.checkSize(set.size);
  return false;
};

/** All rules `p contains x` of one name. */
export class SetGroup {
  readonly kind = 'set';
  readonly name: string;
  readonly arity = 0;
  readonly dependencies: Dependencies;
  readonly #index: RuleIndex<PartialRule>;

  constructor(name: string, rules: readonly PartialRule[], dependencies: Dependencies, indexed: boolean) {
    this.name = name;
    this.dependencies = dependencies;
    this.#index = new RuleIndex(rules, indexed);
  }

  /** The whole set; undefined only while an answer of the host is missing. */
  value(world: World): Value | undefined {
    const home = world.below === undefined ? world : world.home(this);
    return this.#full(home, this.#known(home));
  }

  call(world: World): Value | undefined {
    return this.value(world);
  }

  at(world: World, path: readonly Value[], from: number): Value | undefined {
    if (path.length <= from) return this.value(world);
    const key = path[from] as Value;
    return this.#has(world, key) ? lookupPath(key, path, from + 1) : undefined;
  }

  #has(world: World, key: Value): boolean {
    const home = world.below === undefined ? world : world.home(this);
    const known = this.#known(home);
    if (known.full) return known.full.has(key);
    const member = known.members.get(key);
    if (member !== undefined) return member;
    if (known.spent > patience) return this.#full(home, known)?.has(key) ?? false;
    const { evaluation } = home;
    const before = evaluation.used;
    const found = new RegoSet();
    const run = () => {
      for (const rule of this.#index.candidates(home, [])) {
        rule.collect(home, [key], found);
        if (found.has(key)) break;
      }
      return found.has(key);
    };
    const answer = evaluation.suspends ? evaluation.attempt(false, run) : run();
    known.spent += evaluation.used - before;
    if (answer !== undefined) known.members.set(key, answer);
    return answer ?? false;
  }

  #known(home: World): Known {
    let known = home.results.get(this) as Known | undefined;
    if (!known) {
      known = { full: undefined, members: new ValueMap(), spent: 0 };
      home.results.set(this, known);
    }
    return known;
  }

  #full(home: World, known: Known): RegoSet | undefined {
    if (known.full) return known.full;
    const { evaluation } = home;
    const run = () => {
      const set = new RegoSet();
      for (const rule of this.#index.candidates(home, [])) rule.collect(home, [], set);
      return set;
    };
    known.full = evaluation.suspends ? evaluation.attempt(true, run) : run();
    return known.full;
  }
}
