import { equal } from '../values/compare.ts';
import type { Value } from '../values/value.ts';
import { CallMemo } from './call-memo.ts';
import type { Dependencies } from './dependencies.ts';
import { evaluationError } from './evaluation.ts';
import { lookupPath } from './lookup.ts';
import type { ValueRule } from './rule-code.ts';
import { RuleIndex } from './rule-index.ts';
import type { World } from './world.ts';

const none = Symbol('none');

/** All rules of one name that give a value: a complete rule, or a function. */
export class ValueGroup {
  readonly kind: 'complete' | 'function';
  readonly name: string;
  readonly arity: number;
  readonly dependencies: Dependencies;
  readonly #fallback: ValueRule | undefined;
  readonly #index: RuleIndex<ValueRule>;
  /** The value that every rule gives, if there is but one. */
  readonly #only: Value | undefined;

  constructor(
    name: string,
    rules: readonly ValueRule[],
    arity: number,
    dependencies: Dependencies,
    indexed: boolean,
  ) {
    this.name = name;
    this.kind = arity > 0 ? 'function' : 'complete';
    this.arity = arity;
    this.dependencies = dependencies;
    this.#fallback = rules.find(({ rule }) => rule.default);
    const ordinary = rules.filter(({ rule }) => !rule.default);
    this.#index = new RuleIndex(ordinary, indexed);
    const [first, ...others] = ordinary.map((rule) => rule.constant);
    const isOne = first !== undefined && others.every((other) => other !== undefined && equal(first, other));
    this.#only = isOne ? first : undefined;
  }

  /** The value of a complete rule, worked out once in each world it depends on. */
  value(world: World): Value | undefined {
    const home = world.below === undefined ? world : world.home(this);
    const known = home.results.get(this);
    if (known !== undefined) return known === none ? undefined : (known as Value);
    const before = home.evaluation.pending.size;
    const value = this.#evaluate(home, []);
    if (home.evaluation.pending.size === before) home.results.set(this, value === undefined ? none : value);
    return value;
  }

  /** The answer of a function, remembered by its arguments. */
  call(world: World, args: readonly Value[]): Value | undefined {
    if (this.arity === 0) return this.value(world);
    const home = world.below === undefined ? world : world.home(this);
    let memo = home.results.get(this) as CallMemo | undefined;
    if (!memo) {
      memo = new CallMemo();
      home.results.set(this, memo);
    }
    const known = memo.get(args);
    if (known !== undefined) return known === null ? undefined : known.value;
    const before = home.evaluation.pending.size;
    const value = this.#evaluate(home, args);
    if (home.evaluation.pending.size === before) memo.set(args, value);
    return value;
  }

  at(world: World, path: readonly Value[], from: number): Value | undefined {
    if (this.kind === 'function') return undefined;
    return lookupPath(this.value(world), path, from);
  }

  #evaluate(world: World, args: readonly Value[]): Value | undefined {
    let result: Value | undefined;
    const { evaluation } = world;
    const before = evaluation.pending.size;
    for (const rule of this.#index.candidates(world, args)) {
      const value = rule.value(world, args);
      if (value === undefined) {
        if (evaluation.pending.size !== before) return undefined;
        continue;
      }
      if (result === undefined) {
        result = value;
        if (this.#only !== undefined) break;
      } else if (!equal(result, value))
        throw evaluationError(
          rule.rule.location,
          'eval_conflict_error',
          this.kind === 'function'
            ? 'functions must not produce multiple outputs for same inputs'
            : 'complete rules must not produce multiple outputs',
        );
    }
    return result === undefined ? this.#fallback?.value(world, args) : result;
  }
}
