import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compare, fromJs, parseJson, RegoError, RegoObject, type Value } from '@assay/rego';

/** One case of OPA's compliance suite, with numbers as exact as the file has them. */
export interface OpaCase {
  category: string;
  /** Its file and index; notes are not unique. */
  place: string;
  note: string;
  query: string;
  modules: readonly string[];
  data: RegoObject;
  input: Value | undefined;
  inputTerm: string | undefined;
  wantResult: readonly RegoObject[] | undefined;
  wantCode: string | undefined;
  wantError: string | undefined;
  strictErrors: boolean;
  sortBindings: boolean;
  ignoreGenerated: boolean;
}

/** What is asked of an engine: the bindings of all solutions. */
export type Engine = (test: OpaCase) => Record<string, unknown>[];

/** Every case below a directory, in the order of the files. */
export function readCases(directory: string): OpaCase[] {
  return globSync('**/*.json', { cwd: directory })
    .sort()
    .flatMap((file) => {
      const content = parseJson(readFileSync(join(directory, file), 'utf8')) as RegoObject;
      const cases = content.get('cases') as readonly RegoObject[];
      return cases.map((one, index) => caseOf(one, dirname(file), `${file}#${index}`));
    });
}

function caseOf(one: RegoObject, category: string, place: string): OpaCase {
  const text = (name: string) => one.get(name) as string | undefined;
  return {
    category,
    place,
    note: text('note') ?? '',
    query: text('query') ?? '',
    modules: (one.get('modules') as readonly string[] | undefined) ?? [],
    data: (one.get('data') as RegoObject | undefined) ?? new RegoObject(),
    input: one.get('input'),
    inputTerm: text('input_term'),
    wantResult: one.get('want_result') as readonly RegoObject[] | undefined,
    wantCode: text('want_error_code'),
    wantError: text('want_error'),
    strictErrors: one.get('strict_error') === true,
    sortBindings: one.get('sort_bindings') === true,
    ignoreGenerated: one.get('ignore_generated_vars') === true,
  };
}

/** Why an engine's answer to a case is wrong; undefined when it is right. */
export function failureOf(test: OpaCase, engine: Engine): string | undefined {
  let results: Record<string, unknown>[];
  try {
    results = engine(test);
  } catch (error) {
    return wrongError(test, error);
  }
  if (!test.wantResult) return `a result where an error is wanted: ${shown(results)}`;
  const actual = distinct(results.map((bindings) => comparable(test, fromJs(plain(test, bindings)))));
  const expected = distinct(test.wantResult);
  if (compare(actual, expected) === 0) return undefined;
  return `got ${shown(results)}`;
}

function wrongError(test: OpaCase, error: unknown): string | undefined {
  if (!(error instanceof RegoError)) return `no error of Rego: ${String(error)}`;
  if (test.wantResult) return `error: ${error.message}`;
  if (!error.code.startsWith('eval_')) return `does not compile: ${error.message}`;
  if (test.wantCode !== undefined && error.code !== test.wantCode)
    return `code ${error.code} in place of ${test.wantCode}: ${error.message}`;
  if (test.wantError !== undefined && !error.message.includes(test.wantError)) return `text ${error.message}`;
  return undefined;
}

function plain(test: OpaCase, bindings: Record<string, unknown>): Record<string, unknown> {
  if (!test.ignoreGenerated) return bindings;
  return Object.fromEntries(Object.entries(bindings).filter(([name]) => !name.startsWith('__local')));
}

function comparable(test: OpaCase, bindings: Value): Value {
  if (!test.sortBindings || !(bindings instanceof RegoObject)) return bindings;
  return RegoObject.of(
    bindings.keys().map((name): [Value, Value] => {
      const value = bindings.get(name) as Value;
      return [name, Array.isArray(value) ? [...value].sort(compare) : value];
    }),
  );
}

/** As a sorted list without repetitions: the order of solutions and duplicates do not count. */
function distinct(values: readonly Value[]): Value[] {
  const sorted = [...values].sort(compare);
  return sorted.filter((value, index) => index === 0 || compare(value, sorted[index - 1] as Value) !== 0);
}

function shown(results: unknown): string {
  const text = JSON.stringify(results, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
  return text.length > 400 ? `${text.slice(0, 400)}...` : text;
}
