import { RegoError, type RegoProblem } from '../error.ts';
import type { Location } from '../syntax/ast.ts';
import { fromJs, JsonError } from '../values/json.ts';
import { RegoObject } from '../values/rego-object.ts';
import type { Value } from '../values/value.ts';
import { metered } from '../values/work.ts';
import { defaultLimits, Evaluation, evaluationError, type Limits } from './evaluation.ts';
import { HostAnswers } from './host-answers.ts';
import { termValue } from './input-term.ts';
import type { QueryCode, QueryResult } from './query.ts';
import { seededRandom } from './seeded-random.ts';
import type { Tracer } from './trace.ts';
import { World } from './world.ts';

export interface EvaluateOptions {
  /** The input document as plain JavaScript or a value; absent: undefined in the policy. */
  input?: unknown;
  /** The input document as the text of a Rego term, which can hold sets. */
  inputTerm?: string;
  /** The base document for this evaluation, in place of the policy's. */
  data?: RegoObject;
  /** A builtin that fails ends the evaluation; otherwise its expression is undefined and the error is recorded. */
  strictBuiltinErrors?: boolean;
  /** What `time.now_ns()` says: nanoseconds since 1970 as a bigint, or a date. Default: the clock at the start. */
  now?: bigint | Date;
  /** Seeds `rand.intn`, `uuid.rfc4122` and the like, so that an evaluation can be repeated. Default: random. */
  seed?: number;
  /** Told what `print` says. */
  print?: (text: string, location: Location) => void;
  limits?: Limits;
  /** Gets the errors of builtins that were not strict. */
  builtinErrors?: RegoProblem[];
  /** Told of every step. */
  tracer?: Tracer;
  /** How often `evaluateAsync` may start again because a host function's answer was missing. Default: 1000. */
  maxRestarts?: number;
}

/** What is made of the solutions, under the same limits as the evaluation. */
export type Finish<T> = (results: QueryResult[]) => T;

/** Evaluates a query to its end. */
export function evaluateNow<T>(
  code: QueryCode,
  data: RegoObject,
  options: EvaluateOptions,
  finish: Finish<T>,
): T {
  const world = worldFor(new Evaluation(settingsOf(options)), data, options);
  return guarded(world.evaluation, options, () => finish(code.run(world)));
}

/**
 * Evaluates a query whose host functions may answer later: runs until nothing more can be asked, awaits all answers that are missing,
 * and runs again. What was worked out without them is kept.
 */
export async function evaluateSuspending<T>(
  code: QueryCode,
  data: RegoObject,
  options: EvaluateOptions,
  finish: Finish<T>,
): Promise<T> {
  const answers = new HostAnswers();
  const evaluation = new Evaluation(printedOnce(settingsOf(options)), true, answers);
  const world = worldFor(evaluation, data, options);
  const most = options.maxRestarts ?? 1000;
  for (let restarts = 0; ; restarts += 1) {
    evaluation.restart();
    const done = guarded(evaluation, options, () => {
      const results = code.run(world);
      return evaluation.pending.size === 0 ? { answer: finish(results) } : undefined;
    });
    if (done) return done.answer;
    const keys = [...evaluation.pending];
    if (restarts >= most) {
      const names = [...new Set(keys.map((key) => key.slice(0, key.indexOf('['))))];
      throw evaluationError(
        undefined,
        'eval_cancel_error',
        `evaluation cancelled: it started again ${most} times for answers of ${names.join(', ')}`,
      );
    }
    await Promise.all(keys.map((key) => answers.awaited.get(key)));
    for (const key of keys) answers.awaited.delete(key);
  }
}

function worldFor(evaluation: Evaluation, data: RegoObject, options: EvaluateOptions): World {
  return new World(evaluation, {
    input: inputOf(options),
    data: options.data ?? data,
    replaced: undefined,
    mocks: undefined,
  });
}

function inputOf({ input, inputTerm }: EvaluateOptions): Value | undefined {
  if (inputTerm !== undefined) return termValue(inputTerm);
  if (input === undefined) return undefined;
  try {
    return fromJs(input);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw evaluationError(undefined, 'eval_internal_error', `input: ${error.message}`, error);
  }
}

function settingsOf(options: EvaluateOptions): ConstructorParameters<typeof Evaluation>[0] {
  const { now } = options;
  return {
    now: typeof now === 'bigint' ? now : BigInt((now ?? new Date()).getTime()) * 1_000_000n,
    random: options.seed === undefined ? Math.random : seededRandom(options.seed),
    strictBuiltinErrors: options.strictBuiltinErrors ?? false,
    limits: { ...defaultLimits, ...options.limits },
    print: options.print,
    tracer: options.tracer,
    clock: () => performance.now(),
    heap: heapUsed,
  };
}

/** Bytes of heap in use, as Node or Chromium tells it. */
function heapUsed(): number | undefined {
  const host = globalThis as {
    process?: { memoryUsage?: () => { heapUsed: number } };
    performance?: { memory?: { usedJSHeapSize: number } };
  };
  return host.process?.memoryUsage?.().heapUsed ?? host.performance?.memory?.usedJSHeapSize;
}

/** An evaluation that starts again says only once what it printed before. */
function printedOnce(settings: ReturnType<typeof settingsOf>): ReturnType<typeof settingsOf> {
  const { print } = settings;
  if (!print) return settings;
  const printed = new Set<string>();
  return {
    ...settings,
    print: (text, location) => {
      const key = `${location.file}:${location.row}:${location.col}:${text}`;
      if (printed.has(key)) return;
      printed.add(key);
      print(text, location);
    },
  };
}

/** Runs, and turns what the engine itself cannot do into an error of Rego. */
function guarded<T>(evaluation: Evaluation, options: EvaluateOptions, run: () => T): T {
  try {
    return metered((steps) => evaluation.spend(steps), run);
  } catch (error) {
    if (error instanceof RegoError) throw error;
    if (isStackOverflow(error))
      throw evaluationError(
        undefined,
        'eval_cancel_error',
        'evaluation cancelled: rules, iterations or values are nested too deeply',
        error,
      );
    if (error instanceof RangeError)
      throw evaluationError(
        undefined,
        'eval_cancel_error',
        'evaluation cancelled: a value grew too large',
        error,
      );
    const message = error instanceof Error ? error.message : String(error);
    throw evaluationError(undefined, 'eval_internal_error', message, error);
  } finally {
    options.builtinErrors?.push(...evaluation.builtinErrors);
    evaluation.builtinErrors.length = 0;
  }
}

function isStackOverflow(error: unknown): boolean {
  if (error instanceof RangeError) return /stack/i.test(error.message);
  return error instanceof Error && error.name === 'InternalError';
}

export { RegoObject };
