import { readModules } from '../compile/compiler.ts';
import { RegoError } from '../error.ts';
import type { EvaluateOptions } from '../evaluate/evaluate.ts';
import { type CompileOptions, compile, type Policy } from '../evaluate/policy.ts';
import type { TraceEvent, Tracer } from '../evaluate/trace.ts';
import type { Location } from '../syntax/ast.ts';
import { TraceRecorder } from '../trace/explanation.ts';
import { stringifyJson } from '../values/json.ts';
import { termText } from '../values/term-text.ts';
import type { Value } from '../values/value.ts';
import { type Failure, FailureTracer } from './failure.ts';
import { instrument, type ShownValues } from './instrument.ts';
import { addBegun, caseNames, type SubResult, subResultsOf } from './sub-results.ts';
import { findTests, type TestCase, type TestSuite } from './test-cases.ts';

export interface TestOptions extends CompileOptions {
  /** Only tests whose whole name (`data.pkg.test_x`) it accepts. */
  filter?: (name: string) => boolean;
  /** What one test may take; default 5000. */
  timeoutMilliseconds?: number;
  /** Evaluation settings for every test. */
  evaluate?: Pick<EvaluateOptions, 'now' | 'seed' | 'limits' | 'strictBuiltinErrors'>;
  /** Told of everything that the tests evaluate; for coverage. */
  tracer?: Tracer;
  /** Keep the events of each test. */
  trace?: boolean;
  /** Milliseconds; default `performance.now`. */
  clock?: () => number;
}

export interface TestResult {
  package: string;
  name: string;
  location: Location;
  outcome: 'pass' | 'fail' | 'error' | 'skip';
  /** Nanoseconds. */
  duration: number;
  /** What the test printed, a line for each `print`. */
  output: string;
  /** Of an `error`. */
  error?: RegoError;
  /** Of a `fail`, where it can be told. */
  failure?: Failure;
  /** The value of a failed test that is neither undefined nor `true`. */
  value?: Value;
  /** Of a test with cases. */
  subResults: Map<string, SubResult>;
  trace?: TraceEvent[];
}

/** What a run needs of the policy, for reports. */
export interface TestRun {
  suite: TestSuite;
  policy: Policy;
  /** Evaluates the tests one by one, in the order of files and text. */
  results(): Generator<TestResult>;
}

/**
 * Compiles a policy with its tests. A test passes only if its value is `true`; one with cases (`test_x[case]`) if every case that
 * it begins is.
 * @throws RegoError when the policy does not compile
 */
export function prepareTests(options: TestOptions): TestRun {
  const suite = findTests(readModules(options.modules, options));
  const policy = compileSuite(options, suite.modules);
  return { suite, policy, results: () => new Runner(options, suite, policy).results() };
}

function compileSuite(options: CompileOptions, modules: TestSuite['modules']): Policy {
  const named = Object.fromEntries(modules.map((module) => [module.file, module]));
  return compile({ ...options, modules: named });
}

interface Ended {
  value: Value | undefined;
  error?: RegoError;
}

class Runner {
  readonly #options: TestOptions;
  readonly #suite: TestSuite;
  readonly #policy: Policy;
  #instrumented: { policy: Policy; shown: ShownValues | undefined } | undefined;

  constructor(options: TestOptions, suite: TestSuite, policy: Policy) {
    this.#options = options;
    this.#suite = suite;
    this.#policy = policy;
  }

  *results(): Generator<TestResult> {
    const { filter } = this.#options;
    for (const test of this.#suite.tests) {
      if (!filter || filter(`${test.package}.${test.name}`)) yield this.#run(test);
    }
  }

  #run(test: TestCase): TestResult {
    const result: TestResult = {
      package: test.package,
      name: test.name,
      location: test.location,
      outcome: 'skip',
      duration: 0,
      output: '',
      subResults: new Map(),
    };
    if (test.skip) return result;
    const clock = this.#options.clock ?? (() => performance.now());
    const printed: string[] = [];
    const tracer = this.#tracerFor(result);
    const start = clock();
    const { value, error } = this.#evaluate(this.#policy, test, tracer, (text) => printed.push(`${text}\n`));
    result.duration = Math.round((clock() - start) * 1e6);
    result.output = printed.join('');
    if (error) {
      result.outcome = 'error';
      result.error = error;
    } else if (test.cases.length > 0) {
      result.subResults = subResultsOf(value);
      this.#cases(test, result);
      const failed = [...result.subResults.values()].some((sub) => sub.fail);
      result.outcome = failed || value === undefined ? 'fail' : 'pass';
    } else {
      result.outcome = value === true ? 'pass' : 'fail';
    }
    if (result.outcome === 'fail') this.#explain(test, value, result);
    return result;
  }

  #tracerFor(result: TestResult): Tracer | undefined {
    const { tracer, trace } = this.#options;
    if (!trace) return tracer;
    const recorder = new TraceRecorder();
    result.trace = recorder.events;
    return {
      event: (event) => {
        recorder.event(event);
        tracer?.event(event);
      },
    };
  }

  #evaluate(
    policy: Policy,
    test: TestCase,
    tracer: Tracer | undefined,
    print: (text: string) => void,
  ): Ended {
    const { evaluate, timeoutMilliseconds = 5000 } = this.#options;
    try {
      const [solution] = policy.prepare(queryFor(test)).run({
        ...evaluate,
        limits: { ...evaluate?.limits, milliseconds: timeoutMilliseconds },
        print,
        ...(tracer ? { tracer } : {}),
      });
      return { value: solution?.bindings.get('x') };
    } catch (error) {
      if (error instanceof RegoError) return { value: undefined, error };
      throw error;
    }
  }

  /** Follows a test with cases again, to see which cases it begins and does not finish. */
  #cases(test: TestCase, result: TestResult): void {
    const { policy, shown } = this.#forExplaining();
    let current: string[] | undefined;
    const finish = (): void => {
      if (current) addBegun(result.subResults, current, tracer.failure(shown));
    };
    const tracer: FailureTracer = new FailureTracer(test, (locals) => {
      const names = caseNames(test.cases, locals);
      if (!names || names.join('\n') === current?.join('\n')) return;
      finish();
      tracer.reset();
      current = names;
    });
    this.#evaluate(policy, test, tracer, () => undefined);
    finish();
  }

  #explain(test: TestCase, value: Value | undefined, result: TestResult): void {
    if (value !== undefined && test.cases.length === 0) result.value = value;
    const { policy, shown } = this.#forExplaining();
    const tracer = new FailureTracer(test);
    this.#evaluate(policy, test, tracer, () => undefined);
    const failure = tracer.failure(shown);
    if (failure) result.failure = failure;
  }

  /** The policy with the operands of all tests kept; compiled when the first test fails. */
  #forExplaining(): { policy: Policy; shown: ShownValues | undefined } {
    if (this.#instrumented) return this.#instrumented;
    this.#instrumented = { policy: this.#policy, shown: undefined };
    for (const which of ['all', 'references'] as const) {
      try {
        const { modules, shown } = instrument(this.#suite.modules, this.#suite.tests, which);
        this.#instrumented = { policy: compileSuite(this.#options, modules), shown };
        break;
      } catch (error) {
        // An operand that may not be evaluated alone: less has to do.
        if (!(error instanceof RegoError)) throw error;
      }
    }
    return this.#instrumented;
  }
}

function queryFor({ path }: TestCase): string {
  const [root, ...names] = path;
  return `x = ${root}${names.map((name) => `[${termText(name)}]`).join('')}`;
}

/** A value for a report, cut where it is long. */
export function shownValue(value: Value, limit = 400): string {
  const text = typeof value === 'string' ? stringifyJson(value) : termText(value);
  return text.length > limit ? `${text.slice(0, limit)}...` : text;
}
