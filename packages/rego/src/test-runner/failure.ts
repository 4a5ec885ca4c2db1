import type { TraceEvent, Tracer } from '../evaluate/trace.ts';
import type { Expression, Location } from '../syntax/ast.ts';
import { termText } from '../values/term-text.ts';
import type { Value } from '../values/value.ts';
import { type Difference, differences } from './differences.ts';
import type { ShownValues } from './instrument.ts';
import type { TestCase } from './test-cases.ts';

/** Where a test failed, and on what. */
export interface Failure {
  location: Location;
  /** The literal that did not hold, as it was written. */
  text: string;
  /** What its operands and variables were. */
  values: { text: string; value: Value }[];
  /** Where the two operands of a comparison differ. */
  differences: Difference[];
}

interface Moment {
  location: Location;
  locals: Map<string, Value>;
}

/** Follows a test and remembers, of the literals of its own bodies, the one that failed last. */
export class FailureTracer implements Tracer {
  readonly #test: TestCase;
  readonly #sees: ((locals: Map<string, Value>) => void) | undefined;
  #last: Moment | undefined;

  /** `sees` is told of the variables whenever a literal of the test is looked at, and again. */
  constructor(test: TestCase, sees?: (locals: Map<string, Value>) => void) {
    this.#test = test;
    this.#sees = sees;
  }

  event(event: TraceEvent): void {
    if (event.node !== 'expression' || !this.#isOwn(event.location)) return;
    if (event.op !== 'Fail') {
      // A call inside a literal is evaluated before it and may end it: then only the return to what was bound before tells.
      this.#sees?.(event.locals());
      return;
    }
    this.#last = { location: event.location, locals: event.locals() };
  }

  /** Forgets what failed so far. */
  reset(): void {
    this.#last = undefined;
  }

  failure(shown: ShownValues | undefined): Failure | undefined {
    return this.#last && failureAt(this.#test, this.#last, shown);
  }

  #isOwn({ file, start, end }: Location): boolean {
    const { location } = this.#test.rule;
    return file === location.file && start >= location.start && end <= location.end;
  }
}

function failureAt(test: TestCase, { location, locals }: Moment, shown: ShownValues | undefined): Failure {
  const { source } = test.module;
  const expression = literalAt(test, location);
  const values: Failure['values'] = [];
  const operands: Value[] = [];
  for (const { name, text } of shown?.operands(location) ?? []) {
    const value = locals.get(name);
    if (value === undefined) continue;
    operands.push(value);
    if (termText(value) !== text) values.push({ text, value });
  }
  for (const [name, value] of locals) {
    const used = namePattern(name)?.test(source.slice(location.start, location.end));
    if (used && !values.some(({ text }) => text === name)) values.push({ text: name, value });
  }
  return {
    location,
    text: source.slice(location.start, location.end),
    values,
    differences: expression ? compared(expression, operands, locals, source) : [],
  };
}

function namePattern(name: string): RegExp | undefined {
  return /^[A-Za-z_]\w*$/.test(name) ? new RegExp(`(?<![\\w.])${name}(?!\\w)`) : undefined;
}

function literalAt({ rule }: TestCase, { start }: Location): Expression | undefined {
  for (let branch: typeof rule | undefined = rule; branch; branch = branch.else) {
    const found = branch.body.find((literal) => literal.location.start === start);
    if (found) return found;
  }
  return undefined;
}

/** Where the operands of `a == b`, or the arguments of a call with two, differ. */
function compared(
  { what, negated }: Expression,
  operands: readonly Value[],
  locals: ReadonlyMap<string, Value>,
  source: string,
): Difference[] {
  if (negated || what.kind !== 'call' || what.args.length !== 2) return [];
  if (what.infix !== undefined && what.infix !== '==' && what.infix !== '=') return [];
  const known = [...operands];
  const [left, right] = what.args.map((arg): Value | undefined => {
    if (arg.kind === 'scalar') return arg.value;
    if (arg.kind === 'var') return locals.get(arg.name);
    return known.shift();
  });
  if (left === undefined || right === undefined || source === '') return [];
  return differences(left, right);
}
