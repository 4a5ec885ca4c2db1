import type { LoweredRule } from '../compile/intermediate.ts';
import { equal } from '../values/compare.ts';
import type { Value } from '../values/value.ts';
import { BodyCompiler } from './body-compiler.ts';
import { type Continuation, chain, type Matcher, type Slots, type Step } from './code.ts';
import { evaluationError } from './evaluation.ts';
import { type FlatTerm, flatten, getterOf } from './flat-term.ts';
import { matcherOf } from './pattern.ts';
import type { Program } from './program.ts';
import type { World } from './world.ts';

/** One body of a rule, ready to run. */
export interface Branch {
  size: number;
  matchers: readonly Matcher[];
  run: Continuation;
}

/** A rule that gives one value: a complete rule or a function, with its `else` branches. */
export class ValueRule {
  readonly rule: LoweredRule;
  readonly #program: Program;
  #branches: Branch[] | undefined;

  constructor(program: Program, rule: LoweredRule) {
    this.#program = program;
    this.rule = rule;
  }

  /** Its value when it is a constant whatever the body binds. */
  get constant(): Value | undefined {
    const { rule } = this;
    return rule.else === undefined && rule.value.kind === 'constant' ? rule.value.value : undefined;
  }

  /** The value of the first branch that has one. */
  value(world: World, args: readonly Value[]): Value | undefined {
    this.#branches ??= this.#compile();
    const { evaluation } = world;
    for (const { size, matchers, run } of this.#branches) {
      evaluation.fuel -= 1;
      if (evaluation.fuel < 0) evaluation.refuel();
      const slots: Slots = new Array(size);
      if (!accepts(matchers, world, slots, args)) continue;
      if (!evaluation.suspends) run(world, slots);
      else if (evaluation.attempt(false, () => run(world, slots)) === undefined) return undefined;
      const value = slots[0] as Value | undefined;
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #compile(): Branch[] {
    const branches: Branch[] = [];
    for (let rule: LoweredRule | undefined = this.rule; rule; rule = rule.else) {
      const branch = rule;
      branches.push(
        compileBranch(this.#program, branch, branch.args ?? [], (compiler, steps) =>
          this.#answer(compiler, branch, steps),
        ),
      );
    }
    return branches;
  }

  #answer(compiler: BodyCompiler, rule: LoweredRule, steps: Step[]): Continuation {
    if (rule.value.kind === 'constant') {
      const { value } = rule.value;
      return (_world, slots) => {
        slots[0] = value;
        return true;
      };
    }
    const get = getterOf(compiler, flatten(compiler, rule.value, steps));
    const message = rule.args
      ? 'functions must not produce multiple outputs for same inputs'
      : 'complete rules must not produce multiple outputs';
    return (world, slots) => {
      const value = get(world, slots);
      if (value === undefined) return world.evaluation.halted;
      const known = slots[0] as Value | undefined;
      if (known === undefined) slots[0] = value;
      else if (!equal(known, value)) throw evaluationError(rule.location, 'eval_conflict_error', message);
      return false;
    };
  }
}

function accepts(matchers: readonly Matcher[], world: World, slots: Slots, args: readonly Value[]): boolean {
  for (let i = 0; i < matchers.length; i += 1)
    if (!(matchers[i] as Matcher)(world, slots, args[i] as Value)) return false;
  return true;
}

/** Takes one solution of a partial rule: the values of its path, then its key or value. */
export type Collect = (world: World, collection: unknown, path: Value[], value: Value) => boolean;

/** A rule that adds to a set or an object. Compiled anew for each number of leading parts that are known before its body runs. */
export class PartialRule {
  readonly rule: LoweredRule;
  readonly #program: Program;
  readonly #collect: Collect;
  readonly #variants: (Branch | undefined)[] = [];

  constructor(program: Program, rule: LoweredRule, collect: Collect) {
    this.#program = program;
    this.rule = rule;
    this.#collect = collect;
  }

  /** How many parts of a reference choose among its answers: those of the head's path, and the key of `contains`. */
  get depth(): number {
    return this.rule.path.length + (this.rule.key ? 1 : 0);
  }

  /** Adds to a collection every answer whose leading parts are `known`. */
  collect(world: World, known: readonly Value[], collection: unknown): void {
    const count = Math.min(known.length, this.depth);
    let branch = this.#variants[count];
    if (!branch) {
      branch = this.#compile(count);
      this.#variants[count] = branch;
    }
    const { evaluation } = world;
    evaluation.fuel -= 1;
    if (evaluation.fuel < 0) evaluation.refuel();
    const slots: Slots = new Array(branch.size);
    slots[0] = collection;
    if (accepts(branch.matchers, world, slots, known)) branch.run(world, slots);
  }

  #compile(count: number): Branch {
    const { rule } = this;
    const parts = rule.key ? [...rule.path, rule.key] : rule.path;
    const early = parts.slice(0, count).map((part) => (canMatchFirst(part) ? part : undefined));
    return compileBranch(this.#program, rule, early, (compiler, steps) => {
      const late = parts.map((part) => getterOf(compiler, flatten(compiler, part, steps)));
      const get = rule.key ? undefined : getterOf(compiler, flatten(compiler, rule.value, steps));
      const collect = this.#collect;
      const isMember = rule.key !== undefined && count === parts.length;
      return (world, slots) => {
        const path: Value[] = [];
        for (const part of late) {
          const value = part(world, slots);
          if (value === undefined) return world.evaluation.halted;
          path.push(value);
        }
        const value = get ? get(world, slots) : (path.pop() as Value);
        if (value === undefined) return world.evaluation.halted;
        return collect(world, slots[0], path, value) || isMember;
      };
    });
  }
}

type Pattern = LoweredRule['value'];

/** Whether matching a value with a term binds its variables: not inside sets and keys of objects. */
function canMatchFirst(term: Pattern): boolean {
  switch (term.kind) {
    case 'constant':
    case 'local':
      return true;
    case 'array':
      return term.items.every(canMatchFirst);
    case 'object':
      return term.entries.every(([key, value]) => key.kind === 'constant' && canMatchFirst(value));
    default:
      return false;
  }
}

/** Compiles a body; the patterns are matched with what is known before it runs (undefined ones are not looked at). */
function compileBranch(
  program: Program,
  rule: LoweredRule,
  patterns: readonly (Pattern | undefined)[],
  answer: (compiler: BodyCompiler, steps: Step[]) => Continuation,
): Branch {
  const compiler = new BodyCompiler(program);
  const none: Step[] = [];
  const matchers = patterns.map((pattern): Matcher => {
    if (!pattern) return () => true;
    const flat: FlatTerm = flatten(compiler, pattern, none);
    return matcherOf(compiler, flat);
  });
  const steps = compiler.body(rule.body);
  const { tracing } = program;
  if (tracing) steps.push(tracing.solved(compiler, rule));
  const last = answer(compiler, steps);
  const body = chain(steps, last);
  const run = tracing ? tracing.rule(compiler, rule, body) : body;
  return { size: compiler.size, matchers, run };
}
