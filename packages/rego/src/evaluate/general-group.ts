import type { LoweredRule } from '../compile/intermediate.ts';
import type { Value } from '../values/value.ts';
import { ValueMap } from '../values/value-map.ts';
import type { DataNode } from './data-node.ts';
import type { Dependencies } from './dependencies.ts';
import { childValue } from './document.ts';
import { DocumentBuilder } from './document-builder.ts';
import { lookupPath } from './lookup.ts';
import type { Collect, PartialRule } from './rule-code.ts';
import { RuleIndex } from './rule-index.ts';
import type { World } from './world.ts';

interface Known {
  full: Value | undefined;
  parts: ValueMap<{ value: Value | undefined }>;
  spent: number;
}

/** Once looking up single keys has cost this many steps, the whole document is made instead. */
const patience = 20_000;

/** How the answers of one rule are put into the document. */
export function collectInto(rule: LoweredRule): Collect {
  const { location } = rule;
  if (rule.key)
    return (_world, builder, path, value) => {
      (builder as DocumentBuilder).add(path, value, location);
      return false;
    };
  return (world, builder, path, value) => {
    const document = builder as DocumentBuilder;
    document.put(path, value, location);
    if (document.size % 1024 === 0) world.evaluation.checkSize(document.size);
    return false;
  };
}

/**
 * The rules whose heads go on after a variable, `p[x] := y`, `p.q[x].r contains z`, with every rule below the same constant
 * prefix: together they make one object.
 */
export class GeneralGroup {
  readonly kind = 'object';
  readonly name: string;
  readonly arity = 0;
  readonly dependencies: Dependencies;
  readonly #node: DataNode;
  readonly #depth: number;
  readonly #index: RuleIndex<PartialRule>;

  constructor(
    name: string,
    node: DataNode,
    rules: readonly PartialRule[],
    dependencies: Dependencies,
    indexed: boolean,
  ) {
    this.name = name;
    this.dependencies = dependencies;
    this.#node = node;
    this.#depth = Math.max(...rules.map((rule) => rule.depth));
    this.#index = new RuleIndex(rules, indexed);
  }

  value(world: World): Value | undefined {
    return this.at(world, [], 0);
  }

  call(world: World): Value | undefined {
    return this.value(world);
  }

  /** What lies at a path below; only the rules that can reach it are evaluated, for as much of it as chooses among answers. */
  at(world: World, path: readonly Value[], from: number): Value | undefined {
    const home = world.below === undefined ? world : world.home(this);
    let known = home.results.get(this) as Known | undefined;
    if (!known) {
      known = { full: undefined, parts: new ValueMap(), spent: 0 };
      home.results.set(this, known);
    }
    if (known.full !== undefined) return lookupPath(known.full, path, from);
    if (path.length <= from || known.spent > patience) {
      known.full = this.#make(home, []);
      return lookupPath(known.full, path, from);
    }
    const prefix = path.slice(from, from + this.#depth);
    const part = known.parts.get(prefix);
    if (part) return lookupPath(part.value, path, from + prefix.length);
    const { evaluation } = home;
    const before = evaluation.used;
    const pending = evaluation.pending.size;
    const value = this.#make(home, prefix);
    known.spent += evaluation.used - before;
    if (evaluation.pending.size === pending) known.parts.set(prefix, { value });
    return lookupPath(value, path, from + prefix.length);
  }

  #make(home: World, prefix: readonly Value[]): Value | undefined {
    const { evaluation } = home;
    return evaluation.suspends
      ? evaluation.attempt(true, () => this.#build(home, prefix))
      : this.#build(home, prefix);
  }

  #build(home: World, prefix: readonly Value[]): Value | undefined {
    const builder = new DocumentBuilder();
    let location: LoweredRule['location'] | undefined;
    for (const rule of this.#index.candidates(home, [])) {
      rule.collect(home, prefix, builder);
      location = rule.rule.location;
    }
    const place = location ?? { file: '', row: 0, col: 0, start: 0, end: 0 };
    for (const [key, child] of this.#node.children) {
      if (prefix.length > 0 && child !== this.#node.child(prefix[0] as Value)) continue;
      const value = childValue(home, child);
      if (value !== undefined) builder.merge([key], value, place);
    }
    return builder.find(prefix);
  }
}
