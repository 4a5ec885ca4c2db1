import type { LoweredExpression, LoweredTerm } from '../compile/intermediate.ts';
import { compileCall } from './call-literal.ts';
import { type Continuation, chain, type Step, stop } from './code.ts';
import { compileEvery } from './every.ts';
import { flattenTop, getterOf, isBound } from './flat-term.ts';
import type { Program } from './program.ts';
import { referenceGetter, referenceStep } from './reference.ts';
import { compileWith } from './with-literal.ts';

/** Compiles the bodies of one rule to closures over one array of slots; knows which variables are bound at each point. */
export class BodyCompiler {
  readonly program: Program;
  readonly bound = new Set<string>();
  readonly #slots = new Map<string, number>();
  #size = 1;

  constructor(program: Program) {
    this.program = program;
  }

  /** How many slots a frame needs. */
  get size(): number {
    return this.#size;
  }

  /** The slots of the variables, for whoever shows them. */
  get slots(): ReadonlyMap<string, number> {
    return this.#slots;
  }

  slot(name: string): number {
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      slot = this.#size;
      this.#size += 1;
      this.#slots.set(name, slot);
    }
    return slot;
  }

  /** Marks a variable as bound from here on. */
  bind(name: string): number {
    this.bound.add(name);
    return this.slot(name);
  }

  /** A slot without a name. */
  temporary(): number {
    const slot = this.#size;
    this.#size += 1;
    return slot;
  }

  /** Compiles something whose bindings end with it. */
  scoped<T>(compile: () => T): T {
    const before = [...this.bound];
    const result = compile();
    this.bound.clear();
    for (const name of before) this.bound.add(name);
    return result;
  }

  /** Compiles something later, as if where only these variables are bound. */
  afterwards<T>(bound: Iterable<string>, compile: () => T): T {
    return this.scoped(() => {
      this.bound.clear();
      for (const name of bound) this.bound.add(name);
      return compile();
    });
  }

  /** The steps of a body, in its order. */
  body(expressions: readonly LoweredExpression[]): Step[] {
    const steps: Step[] = [];
    for (let start = 0; start < expressions.length; ) {
      const expression = expressions[start] as LoweredExpression;
      if (expression.with.length === 0) {
        this.withoutReplacements(expression, steps);
        start += 1;
        continue;
      }
      let end = start + 1;
      while (end < expressions.length && expressions[end]?.with === expression.with) end += 1;
      steps.push(compileWith(this, expression.with, expressions.slice(start, end)));
      start = end;
    }
    return steps;
  }

  /** A literal without looking at its replacements. */
  literal(expression: LoweredExpression, steps: Step[]): void {
    if (!expression.negated) {
      this.#positive(expression, steps, steps, false);
      return;
    }
    const inner: Step[] = [];
    this.scoped(() => this.#positive(expression, inner, steps, true));
    const holds = chain(inner, stop);
    steps.push({ test: (world, slots) => negation(holds, world, slots) });
  }

  /** A literal as if it had no replacements, with the tracer told of it. */
  withoutReplacements(expression: LoweredExpression, steps: Step[]): void {
    const { tracing } = this.program;
    if (tracing) tracing.literal(this, expression, steps);
    else this.literal(expression, steps);
  }

  /** `before` takes what must be evaluated outside of a negation. */
  #positive(expression: LoweredExpression, steps: Step[], before: Step[], hoist: boolean): void {
    const { what } = expression;
    switch (what.kind) {
      case 'term':
        this.#term(what.term, steps, before, hoist);
        return;
      case 'call':
        compileCall(this, what, expression.location, { steps, before, hoist });
        return;
      case 'every':
        compileEvery(this, what, { steps, before, hoist });
    }
  }

  #term(term: LoweredTerm, steps: Step[], before: Step[], hoist: boolean): void {
    const flat = flattenTop(this, term, before, hoist);
    if (flat.kind === 'reference') {
      if (!isBound(this, flat)) {
        steps.push(referenceStep(this, flat, () => (_world, _slots, value) => value !== false));
        return;
      }
      const get = referenceGetter(this, flat);
      steps.push({
        test: (world, slots) => {
          const value = get(world, slots);
          return value !== undefined && value !== false;
        },
      });
      return;
    }
    const get = getterOf(this, flat);
    steps.push({
      test: (world, slots) => {
        const value = get(world, slots);
        return value !== undefined && value !== false;
      },
    });
  }
}

/** Whether a body has no solution. Where an answer of the host is missing neither it nor its negation holds. */
function negation(holds: Continuation, world: Parameters<Continuation>[0], slots: unknown[]): boolean {
  const { evaluation } = world;
  if (!evaluation.suspends) return !holds(world, slots);
  return evaluation.attempt(false, () => !holds(world, slots)) ?? false;
}
