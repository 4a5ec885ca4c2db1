import type { AnnotationReference } from '../annotations/annotation-set.ts';
import {
  type CompiledPolicy,
  type CompileSettings,
  compileModules,
  readModules,
} from '../compile/compiler.ts';
import type { Module } from '../syntax/ast.ts';
import { fromJs, toJs } from '../values/json.ts';
import { RegoObject } from '../values/rego-object.ts';
import type { Value } from '../values/value.ts';
import { type EvaluateOptions, evaluateNow, evaluateSuspending } from './evaluate.ts';
import { evaluationError } from './evaluation.ts';
import { eventTracing } from './event-tracing.ts';
import { Program } from './program.ts';
import {
  type CompiledQuery,
  compileQuery,
  QueryCode,
  type QueryResult,
  type QuerySettings,
} from './query.ts';

export interface CompileOptions extends CompileSettings {
  /** Sources, or modules already read, by the name that errors show. */
  modules: Readonly<Record<string, string | Module>>;
  /** The base document: plain JavaScript, or a {@link RegoObject}. */
  data?: unknown;
}

/**
 * Compiles a policy: reads its modules, resolves and checks them as OPA does. Evaluate it as often as you like; it keeps nothing from
 * one evaluation to the next and can be shared.
 * @throws RegoError with every problem of the first stage that finds any
 */
export function compile(options: CompileOptions): Policy {
  const modules = readModules(options.modules, options);
  return new Policy(compileModules(modules, options), documentOf(options.data));
}

/** The base document as a value. */
function documentOf(data: unknown): RegoObject {
  const value = data === undefined ? new RegoObject() : fromJs(data);
  if (value instanceof RegoObject) return value;
  throw evaluationError(undefined, 'rego_compile_error', 'the base document must be an object');
}

/** How many queries given as text are kept compiled. */
const keptQueries = 256;

/** A compiled policy. */
export class Policy {
  readonly #compiled: CompiledPolicy;
  readonly #programs: { plain: Program | undefined; traced: Program | undefined };
  readonly #queries: Map<string, PreparedQuery>;
  /** The base document. */
  readonly data: RegoObject;

  constructor(compiled: CompiledPolicy, data: RegoObject, share?: Policy) {
    this.#compiled = compiled;
    this.data = data;
    this.#programs = share ? share.#programs : { plain: undefined, traced: undefined };
    this.#queries = new Map();
  }

  /** The modules as read. */
  get modules(): readonly Module[] {
    return this.#compiled.modules;
  }

  /** What the compiler made of them, for tools. */
  get compiled(): CompiledPolicy {
    return this.#compiled;
  }

  /** The same rules over another base document; nothing is compiled again. */
  withData(data: unknown): Policy {
    return new Policy(this.#compiled, documentOf(data), this);
  }

  /**
   * The solutions of a query, each as a map of the query's variables. Sets come out as arrays in Rego's order, whole numbers
   * beyond 2^53 as bigints, other numbers that no double holds as the nearest double.
   * @throws RegoError when the query is wrong, on conflicts, on exceeded limits, and on builtin errors if they are strict
   */
  evaluate(query: string, options: EvaluateOptions = {}): Record<string, unknown>[] {
    return this.#prepared(query).evaluate(options);
  }

  /** The same, with host functions that may answer later. */
  evaluateAsync(query: string, options: EvaluateOptions = {}): Promise<Record<string, unknown>[]> {
    return this.#prepared(query).evaluateAsync(options);
  }

  /**
   * Compiles a query once, to be run often.
   * @throws RegoError
   */
  prepare(query: string, settings: QuerySettings = {}): PreparedQuery {
    const compiled = compileQuery(this.#compiled, query, settings);
    return new PreparedQuery(this, compiled, (traced) => this.#program(traced));
  }

  /** Every annotation with its path, scope and place, and every rule without one. */
  annotations(): AnnotationReference[] {
    return this.#compiled.annotations();
  }

  #prepared(query: string): PreparedQuery {
    let prepared = this.#queries.get(query);
    if (prepared) return prepared;
    prepared = this.prepare(query);
    if (this.#queries.size >= keptQueries) this.#queries.clear();
    this.#queries.set(query, prepared);
    return prepared;
  }

  #program(traced: boolean): Program {
    const programs = this.#programs;
    if (traced) {
      programs.traced ??= new Program(this.#compiled, { tracing: eventTracing, indexed: false });
      return programs.traced;
    }
    programs.plain ??= new Program(this.#compiled);
    return programs.plain;
  }
}

/** A query that is compiled already. */
export class PreparedQuery {
  readonly #policy: Policy;
  readonly #query: CompiledQuery;
  readonly #program: (traced: boolean) => Program;
  #plain: QueryCode | undefined;
  #traced: QueryCode | undefined;

  constructor(policy: Policy, query: CompiledQuery, program: (traced: boolean) => Program) {
    this.#policy = policy;
    this.#query = query;
    this.#program = program;
  }

  /** The solutions with Rego's own values. */
  run(options: EvaluateOptions = {}): QueryResult[] {
    return evaluateNow(this.#code(options), this.#policy.data, options, (results) => results);
  }

  runAsync(options: EvaluateOptions = {}): Promise<QueryResult[]> {
    return evaluateSuspending(this.#code(options), this.#policy.data, options, (results) => results);
  }

  /** The solutions as plain JavaScript; see {@link Policy.evaluate}. */
  evaluate(options: EvaluateOptions = {}): Record<string, unknown>[] {
    return evaluateNow(this.#code(options), this.#policy.data, options, plainResults);
  }

  evaluateAsync(options: EvaluateOptions = {}): Promise<Record<string, unknown>[]> {
    return evaluateSuspending(this.#code(options), this.#policy.data, options, plainResults);
  }

  #code(options: EvaluateOptions): QueryCode {
    if (options.tracer) {
      this.#traced ??= new QueryCode(this.#program(true), this.#query);
      return this.#traced;
    }
    this.#plain ??= new QueryCode(this.#program(false), this.#query);
    return this.#plain;
  }
}

function plainResults(results: QueryResult[]): Record<string, unknown>[] {
  return results.map(plainBindings);
}

function plainBindings({ bindings }: QueryResult): Record<string, unknown> {
  return Object.fromEntries([...bindings].map(([name, value]: [string, Value]) => [name, toJs(value)]));
}
