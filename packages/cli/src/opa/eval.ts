import {
  Coverage,
  compile,
  type ExplainMode,
  filterTrace,
  type ProfileKey,
  Profiler,
  parseDuration,
  parseModule,
  RegoError,
  type RegoProblem,
  TraceRecorder,
  type Tracer,
  traceText,
  type Value,
} from '@assay/rego';
import { aggregateRounds } from './aggregate-rounds.ts';
import { type Output, type OutputProblem, printResults, type ResultFormat } from './eval-output.ts';
import { readText } from './load-paths.ts';
import { OpaFailure, withOpaErrors } from './opa-error.ts';
import { type PolicyFlags, readPolicy } from './policy-flags.ts';
import { readInput } from './query-input.ts';
import { pauseOptimizing, resumeOptimizing } from './short-run.ts';

export interface EvalFlags extends PolicyFlags {
  input?: string;
  stdin?: boolean;
  stdinInput?: boolean;
  format: ResultFormat;
  fail?: boolean;
  failDefined?: boolean;
  strictBuiltinErrors?: boolean;
  showBuiltinErrors?: boolean;
  package?: string;
  import?: string[];
  coverage?: boolean;
  explain: ExplainMode | 'off';
  varValues?: boolean;
  profile?: boolean;
  profileLimit?: string;
  profileSort?: ProfileKey[];
  prettyLimit: string;
  metrics?: boolean;
  instrument?: boolean;
  count: string;
  timeout?: string;
}

/** `opa eval`: prints the result; sets the exit code. */
export function evalCommand(query: string | undefined, flags: EvalFlags): Promise<void> {
  return withOpaErrors(2, async () => {
    const text = queryText(query, flags);
    const start = performance.now();
    const input = readInput(flags);
    const parsing = performance.now() - start;
    const rounds: Output[] = [];
    while (rounds.length < Math.max(1, Number(flags.count))) {
      rounds.push(await evaluate(text, flags, input, parsing));
    }
    const output = aggregateRounds(rounds);
    printResults(output, flags.format, Number(flags.prettyLimit));
    if (output.errors && output.fatal) return 2;
    const defined = (output.result?.length ?? 0) > 0;
    return (flags.fail && !defined) || (flags.failDefined && defined) ? 1 : 0;
  });
}

export function queryText(
  query: string | undefined,
  flags: Pick<
    EvalFlags,
    'stdin' | 'stdinInput' | 'fail' | 'failDefined' | 'strictBuiltinErrors' | 'showBuiltinErrors'
  >,
): string {
  if (query !== undefined && flags.stdin) {
    throw new OpaFailure('specify query argument or --stdin but not both', 1);
  }
  if (query === undefined && !flags.stdin) {
    throw new OpaFailure('specify query argument or --stdin', 1);
  }
  if (flags.stdin && flags.stdinInput) {
    throw new OpaFailure('specify --stdin or --stdin-input but not both', 1);
  }
  if (flags.fail && flags.failDefined) {
    throw new OpaFailure('specify --fail or --fail-defined but not both', 1);
  }
  if (flags.strictBuiltinErrors && flags.showBuiltinErrors) {
    throw new OpaFailure('cannot use --show-builtin-errors with --strict-builtin-errors');
  }
  return query ?? readText('-');
}

function isProfiled({ profile, profileLimit, profileSort }: EvalFlags): boolean {
  return profile === true || profileLimit !== undefined || profileSort !== undefined;
}

/** Several tracers as one. */
class Tracers implements Tracer {
  readonly coverage: Coverage | undefined;
  readonly profiler: Profiler | undefined;
  readonly recorder: TraceRecorder | undefined;
  readonly #all: Tracer[];

  constructor(flags: EvalFlags) {
    this.coverage = flags.coverage ? new Coverage() : undefined;
    this.profiler = isProfiled(flags) ? new Profiler() : undefined;
    this.recorder = flags.explain === 'off' ? undefined : new TraceRecorder();
    this.#all = [this.profiler, this.coverage, this.recorder].filter((tracer) => tracer !== undefined);
  }

  get wanted(): boolean {
    return this.#all.length > 0;
  }

  event(event: Parameters<Tracer['event']>[0]): void {
    for (const tracer of this.#all) tracer.event(event);
  }
}

/** One round. `parsing` is how many milliseconds reading the input took. */
async function evaluate(
  query: string,
  flags: EvalFlags,
  input: Value | undefined,
  parsing: number,
): Promise<Output> {
  const timers = new Timers();
  timers.add('rego_input_parse', parsing);
  const tracers = new Tracers(flags);
  const builtinErrors: RegoProblem[] = [];
  const output: Output = { query };
  const milliseconds = flags.timeout === undefined ? undefined : timeoutOf(flags.timeout);
  try {
    pauseOptimizing();
    const { compile: options } = await timers.time('rego_load_files', () => readPolicy(flags, query));
    const policy = await timers.time('rego_module_compile', () => compile(options));
    const prepared = await timers.time('rego_query_compile', () =>
      policy.prepare(query, { captureValues: true, ...surroundings(flags) }),
    );
    resumeOptimizing();
    output.result = await timers.time('rego_query_eval', () =>
      prepared.run({
        ...(input === undefined ? {} : { input }),
        ...(flags.strictBuiltinErrors ? { strictBuiltinErrors: true } : {}),
        ...(tracers.wanted ? { tracer: tracers } : {}),
        limits: { milliseconds: milliseconds ?? Number.POSITIVE_INFINITY, steps: Number.POSITIVE_INFINITY },
        builtinErrors,
        print: (text) => process.stderr.write(`${text}\n`),
      }),
    );
    if (tracers.coverage) output.coverage = tracers.coverage.report(policy.modules);
    if (tracers.recorder && flags.explain !== 'off') {
      const events = filterTrace(tracers.recorder.events, flags.explain);
      output.explanation = traceText(events, policy.modules, {
        query,
        variables: flags.varValues ?? false,
      });
    }
  } catch (error) {
    output.errors = evaluationErrors(error);
    output.fatal = true;
  }
  if (flags.showBuiltinErrors && builtinErrors.length > 0) {
    output.errors = [...(output.errors ?? []), ...builtinErrors];
  }
  if (tracers.profiler)
    output.profile = tracers.profiler.report(Number(flags.profileLimit ?? 10), flags.profileSort);
  if (flags.metrics || flags.instrument || isProfiled(flags)) output.metrics = timers.metrics();
  return output;
}

/** The problems of an error; what cannot be loaded has neither code nor place. */
function evaluationErrors(error: unknown): readonly OutputProblem[] {
  if (error instanceof RegoError) return error.errors;
  if (error instanceof OpaFailure) return [{ message: error.message.replace(/^1 error occurred.*?: /, '') }];
  throw error;
}

/** The package and the imports that the query sees. */
export function surroundings({ package: name, import: imports = [] }: Pick<EvalFlags, 'package' | 'import'>) {
  const parsed = parseModule(`package ${name ?? 'x'}\n${imports.map((path) => `import ${path}\n`).join('')}`);
  return {
    ...(name === undefined ? {} : { package: parsed.package.path }),
    imports: parsed.imports,
  };
}

/** The milliseconds of `5s`; 0 is no limit. */
export function timeoutOf(text: string): number {
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined) {
    throw new OpaFailure(
      `invalid argument "${text}" for "--timeout" flag: time: invalid duration "${text}"`,
      1,
    );
  }
  return nanoseconds === 0 ? Number.POSITIVE_INFINITY : nanoseconds / 1e6;
}

class Timers {
  readonly #spent = new Map<string, number>();

  async time<T>(name: string, run: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await run();
    } finally {
      this.add(name, performance.now() - start);
    }
  }

  add(name: string, milliseconds: number): void {
    this.#spent.set(name, (this.#spent.get(name) ?? 0) + milliseconds);
  }

  metrics(): Record<string, number> {
    const names = [...this.#spent.keys()].sort();
    return Object.fromEntries(
      names.map((name) => [`timer_${name}_ns`, Math.round(this.#spent.get(name)! * 1e6)]),
    );
  }
}
