import type { BuiltinContext } from '../builtins/builtin.ts';
import { problemAt, RegoError, type RegoErrorCode, type RegoProblem } from '../error.ts';
import type { Location } from '../syntax/ast.ts';
import { HostAnswers } from './host-answers.ts';
import type { Tracer } from './trace.ts';

/** How much one query may use before it ends with `eval_cancel_error`. */
export interface Limits {
  /** Steps: one for each element visited, each rule body entered and each unit of work a builtin reports. */
  steps?: number;
  /** Wall clock. */
  milliseconds?: number;
  /** Elements in one collection that a policy builds. */
  elements?: number;
  /** UTF-16 units in one text that a policy builds. */
  characters?: number;
  /** Bytes by which the heap may grow, where the host can tell: Node and Chromium. Garbage that is not collected yet counts. */
  memory?: number;
}

export const defaultLimits: Required<Limits> = {
  steps: 2_000_000_000,
  milliseconds: 60_000,
  elements: 20_000_000,
  characters: 64 * 1024 * 1024,
  memory: 1024 * 1024 * 1024,
};

export interface EvaluationSettings {
  now: bigint;
  random: () => number;
  strictBuiltinErrors: boolean;
  limits: Required<Limits>;
  print?: ((text: string, location: Location) => void) | undefined;
  tracer?: Tracer | undefined;
  /** Milliseconds; for the wall clock limit. */
  clock: () => number;
  /** Bytes of heap in use; undefined where nobody can tell. */
  heap: () => number | undefined;
}

/** How many steps go by between two looks at the clock, at first and at most. */
const firstSteps = 64;
const mostSteps = 4096;
/** Milliseconds between two looks at the clock: where steps are slow, it is looked at more often. */
const longBetweenLooks = 4;
/** How many steps go by between two looks at the heap, which cost more. */
const stepsBetweenHeapLooks = 262_144;

/** One evaluation of one query: what is the same in all of it, and what it has used up. */
export class Evaluation implements BuiltinContext {
  readonly settings: EvaluationSettings;
  /** Errors of builtins that only made their expression undefined. */
  readonly builtinErrors: RegoProblem[] = [];
  /** Counts down; at zero the limits are looked at. */
  fuel: number;
  /** Host functions met whose answers are not known yet. */
  readonly pending = new Set<string>();
  readonly hostAnswers: HostAnswers;
  /** Whether the branch being evaluated must be left because an answer is missing. */
  halted = false;
  /** Whether a host function may answer later. Without one nothing is ever pending. */
  readonly suspends: boolean;
  /** Whether all solutions of what is being evaluated count, so that one missing answer need not keep the others from being asked for. */
  #exhaustive = true;
  readonly #remembered = new Map<string, unknown>();
  #stepsLeft: number;
  readonly #deadline: number;
  #stepsToNextLook = firstSteps;
  #lastLook: number;
  #stepsToHeapLook = stepsBetweenHeapLooks;
  #heapAtFirst: number | undefined;

  constructor(settings: EvaluationSettings, suspends = false, hostAnswers = new HostAnswers()) {
    this.settings = settings;
    this.suspends = suspends;
    this.hostAnswers = hostAnswers;
    this.#stepsLeft = settings.limits.steps;
    this.#lastLook = settings.clock();
    this.#deadline = this.#lastLook + settings.limits.milliseconds;
    this.fuel = 0;
    this.refuel();
  }

  /** Called when `fuel` has run out: looks at the limits. */
  refuel(): void {
    this.#stepsLeft += this.fuel;
    if (this.#stepsLeft < 0) throw cancelled(`used more than ${this.settings.limits.steps} steps`);
    const now = this.settings.clock();
    if (now > this.#deadline) throw cancelled(`took longer than ${this.settings.limits.milliseconds} ms`);
    const took = now - this.#lastLook;
    this.#lastLook = now;
    this.#stepsToNextLook =
      took > longBetweenLooks
        ? Math.ceil((this.#stepsToNextLook * longBetweenLooks) / (took * 2))
        : Math.min(mostSteps, this.#stepsToNextLook * 2);
    const next = Math.min(this.#stepsToNextLook, this.#stepsLeft + 1);
    this.#stepsToHeapLook -= next - this.fuel;
    if (this.#stepsToHeapLook < 0) {
      this.#stepsToHeapLook = stepsBetweenHeapLooks;
      this.#lookAtHeap();
    }
    this.#stepsLeft -= next;
    this.fuel = next;
  }

  #lookAtHeap(): void {
    const used = this.settings.heap();
    if (used === undefined) return;
    this.#heapAtFirst ??= used;
    if (used - this.#heapAtFirst > this.settings.limits.memory)
      throw cancelled(`took more than ${this.settings.limits.memory} bytes of memory`);
  }

  /**
   * Evaluates something whose outcome is a premise for what follows; undefined when an answer of the host is missing in it, since
   * then it has no outcome yet. `exhaustive` says whether all its solutions will be looked at.
   */
  attempt<T>(exhaustive: boolean, run: () => T): T | undefined {
    const before = this.pending.size;
    const outer = this.#exhaustive;
    this.#exhaustive = exhaustive;
    const result = run();
    this.#exhaustive = outer;
    if (this.pending.size === before) {
      this.halted = false;
      return result;
    }
    this.halted = !outer;
    return undefined;
  }

  /** Notes that an answer of the host is missing. */
  suspend(key: string): void {
    this.pending.add(key);
    this.halted = !this.#exhaustive;
  }

  /** Forgets which answers were missing, to start again. */
  restart(): void {
    this.pending.clear();
    this.halted = false;
    this.#exhaustive = true;
  }

  /** Steps used so far. */
  get used(): number {
    return this.settings.limits.steps - this.#stepsLeft - this.fuel;
  }

  spend(steps: number): void {
    this.fuel -= steps;
    if (this.fuel < 0) this.refuel();
  }

  checkSize(elements: number): void {
    if (elements > this.settings.limits.elements)
      throw cancelled(`built a collection of more than ${this.settings.limits.elements} elements`);
  }

  checkText(length: number): void {
    if (length > this.settings.limits.characters)
      throw cancelled(`built a text of more than ${this.settings.limits.characters} characters`);
  }

  now(): bigint {
    return this.settings.now;
  }

  remembered<T>(key: string, make: () => T): T {
    if (!this.#remembered.has(key)) this.#remembered.set(key, make());
    return this.#remembered.get(key) as T;
  }

  random(): number {
    return this.settings.random();
  }

  randomBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.settings.random() * 256));
  }
}

function cancelled(why: string): RegoError {
  return evaluationError(undefined, 'eval_cancel_error', `evaluation cancelled: it ${why}`);
}

/** An error that ends the evaluation. */
export function evaluationError(
  location: Location | undefined,
  code: RegoErrorCode,
  message: string,
  cause?: unknown,
): RegoError {
  return new RegoError([problemAt(location, code, message)], cause === undefined ? undefined : { cause });
}
