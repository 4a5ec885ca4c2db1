import type { ComprehensionTerm, LoweredExpression } from '../compile/intermediate.ts';
import { Problems } from '../compile/problems.ts';
import { referencesOfBody } from '../compile/rule-references.ts';
import { orderBody } from '../compile/safety.ts';
import { closuresOf } from '../compile/variables.ts';
import { equal } from '../values/compare.ts';
import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import { ValueMap } from '../values/value-map.ts';
import type { BodyCompiler } from './body-compiler.ts';
import { type Continuation, chain, type Getter, type Slots } from './code.ts';
import { evaluationError } from './evaluation.ts';
import { flatten, getterOf } from './flat-term.ts';
import type { World } from './world.ts';

/** What is known in one frame: how dear the comprehension has been, and in the end the index. */
interface State {
  world: World;
  runs: number;
  steps: number;
  groups: ValueMap<Group> | undefined;
}

interface Group {
  collection: Value[] | RegoSet | RegoObject;
  hasConflict: boolean;
}

/** An index is worth making once a comprehension has run this often, at this many steps a run. */
const worthIndexing = { runs: 3, steps: 32 };

/**
 * The values of a comprehension by the outer variables it reads. In a loop it is run over and over with other values of them; where
 * its body binds them itself it can be run once with none of them bound, and looked up from then on.
 */
export class ComprehensionIndex {
  readonly #compiler: BodyCompiler;
  readonly #term: ComprehensionTerm;
  readonly #keys: readonly number[];
  readonly #state: number;
  readonly #bound: readonly string[];
  readonly #names: ReadonlySet<string>;
  #code: { run: Continuation; collection: number } | 'none' | undefined;

  constructor(compiler: BodyCompiler, term: ComprehensionTerm, names: readonly string[]) {
    this.#compiler = compiler;
    this.#term = term;
    this.#names = new Set(names);
    this.#keys = names.map((name) => compiler.slot(name));
    this.#state = compiler.temporary();
    this.#bound = [...compiler.bound].filter((name) => !this.#names.has(name));
  }

  /** The value for the variables as they are now; undefined if there is no index yet. */
  lookup(world: World, slots: Slots): Value | undefined {
    const state = slots[this.#state] as State | undefined;
    if (state?.groups === undefined || state.world !== world) return undefined;
    world.evaluation.spend(1);
    const group = state.groups.get(this.#key(slots));
    if (!group) return empty(this.#term);
    if (group.hasConflict) throw conflict(this.#term);
    return group.collection as Value;
  }

  /** Notes what a run has cost; makes the index when it will pay. */
  spent(world: World, slots: Slots, steps: number): void {
    let state = slots[this.#state] as State | undefined;
    if (!state || state.world !== world) {
      state = { world, runs: 0, steps: 0, groups: undefined };
      slots[this.#state] = state;
    }
    state.runs += 1;
    state.steps += steps;
    if (state.runs < worthIndexing.runs || state.steps < state.runs * worthIndexing.steps) return;
    // An error of a builtin that only the index meets must not end the evaluation.
    if (this.#code === 'none' || world.evaluation.settings.strictBuiltinErrors) return;
    this.#code ??= this.#compile();
    if (this.#code === 'none') return;
    const { run, collection } = this.#code;
    const groups = new ValueMap<Group>();
    const outer = this.#keys.map((key) => slots[key]);
    const errors = world.evaluation.builtinErrors.length;
    slots[collection] = groups;
    run(world, slots);
    this.#keys.forEach((key, index) => {
      slots[key] = outer[index];
    });
    world.evaluation.builtinErrors.length = errors;
    state.groups = groups;
  }

  #key(slots: Slots): Value {
    if (this.#keys.length === 1) return slots[this.#keys[0] as number] as Value;
    return this.#keys.map((key) => slots[key] as Value);
  }

  #compile(): { run: Continuation; collection: number } | 'none' {
    const term = this.#term;
    if (hasEffects(term.body)) return 'none';
    const body = freed(term.body, this.#bound, this.#compiler.program.arity);
    if (!body) return 'none';
    return this.#compiler.afterwards(this.#bound, () => {
      const steps = this.#compiler.body(body);
      for (const name of this.#names) if (!this.#compiler.bound.has(name)) return 'none';
      const getKey = term.key && getterOf(this.#compiler, flatten(this.#compiler, term.key, steps));
      const getValue = getterOf(this.#compiler, flatten(this.#compiler, term.value, steps));
      const collection = this.#compiler.temporary();
      return { run: chain(steps, this.#collector(collection, getKey, getValue)), collection };
    });
  }

  #collector(slot: number, getKey: Getter | undefined, getValue: Getter): Continuation {
    return (world, slots) => {
      const groups = slots[slot] as ValueMap<Group>;
      const value = getValue(world, slots);
      const key = getKey?.(world, slots);
      if (value === undefined || (getKey && key === undefined)) return false;
      const by = this.#key(slots);
      let group = groups.get(by);
      if (!group) {
        group = { collection: emptyCollection(this.#term), hasConflict: false };
        groups.set(by, group);
        if (groups.size % 1024 === 0) world.evaluation.checkSize(groups.size);
      }
      add(group, key, value);
      return false;
    };
  }
}

/** The body when the outer variables are not bound, if it then keeps its order: another order would give another array. */
function freed(
  body: LoweredExpression[],
  bound: readonly string[],
  arity: Parameters<typeof orderBody>[2],
): LoweredExpression[] | undefined {
  const problems = new Problems();
  const unifying = body.map(asEquation);
  const ordered = orderBody([...unifying], new Set(bound), arity, problems);
  if (problems.failedBy('safe-bodies') || ordered.length !== unifying.length) return undefined;
  return ordered.every((expression, index) => expression === unifying[index]) ? ordered : undefined;
}

/** `==` as `=`: where its sides were bound they need not be now. */
function asEquation(expression: LoweredExpression): LoweredExpression {
  const { what } = expression;
  if (what.kind !== 'call' || what.operator[0] !== 'equal' || what.args.length !== 2 || expression.negated)
    return expression;
  return { ...expression, what: { ...what, operator: ['eq'] } };
}

/** Whether running a body for more values could be seen from outside; closures inside keep a body from being ordered anew. */
function hasEffects(body: readonly LoweredExpression[]): boolean {
  if (body.some((one) => one.what.kind === 'every' || closuresOf(one).length > 0)) return true;
  const { builtins } = referencesOfBody(body);
  return builtins.has('internal.print') || builtins.has('trace');
}

function emptyCollection(term: ComprehensionTerm): Group['collection'] {
  if (term.collects === 'array') return [];
  return term.collects === 'set' ? new RegoSet() : new RegoObject();
}

function empty(term: ComprehensionTerm): Value {
  return emptyCollection(term) as Value;
}

function add(group: Group, key: Value | undefined, value: Value): void {
  const { collection } = group;
  if (Array.isArray(collection)) collection.push(value);
  else if (collection instanceof RegoSet) collection.add(value);
  else {
    const known = collection.get(key as Value);
    if (known === undefined) collection.add(key as Value, value);
    else if (!equal(known, value)) group.hasConflict = true;
  }
}

function conflict(term: ComprehensionTerm): Error {
  return evaluationError(term.location, 'eval_conflict_error', 'object keys must be unique');
}
