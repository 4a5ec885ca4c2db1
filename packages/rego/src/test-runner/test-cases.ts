import type { Location, Module, Rule, Term } from '../syntax/ast.ts';

const prefix = 'test_';
const skipPrefix = 'todo_test_';

/** A rule that is a test: a part of its constant name begins with `test_`, or with `todo_test_` if it is to be skipped. */
export interface TestCase {
  module: Module;
  rule: Rule;
  /** `data.lib.time_test`. */
  package: string;
  /** `test_leap_years`; a further rule of the same name is `test_leap_years#01`. */
  name: string;
  /** From `data` to the name. */
  path: string[];
  skip: boolean;
  /** The parts after the name, of a test with cases: `test_x[note]`. */
  cases: Term[];
  location: Location;
}

/** Modules with their tests. A second rule of one name was given another name, so that each can be evaluated alone. */
export interface TestSuite {
  modules: Module[];
  tests: TestCase[];
}

/** Finds the tests of modules, in the order of the files and of the text. */
export function findTests(modules: readonly Module[]): TestSuite {
  const suite: TestSuite = { modules: [], tests: [] };
  const counts = new Map<string, number>();
  for (const module of [...modules].sort((a, b) => (a.file < b.file ? -1 : 1))) {
    const renamed: Module = { ...module, rules: [] };
    for (const rule of module.rules) {
      const length = nameLength(rule);
      if (length === 0) {
        renamed.rules.push(rule);
        continue;
      }
      const key = ['data', ...module.package.path, ...nameOf(rule, length)].join('\n');
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      const own = count === 0 || isSkipped(rule, length) ? rule : renameRule(rule, length, count);
      renamed.rules.push(own);
      suite.tests.push(testCase(renamed, own, length));
    }
    suite.modules.push(renamed);
  }
  return suite;
}

/** How many parts of a rule's name end with the one that makes it a test; 0 when none does. */
function nameLength(rule: Rule): number {
  const parts = constantParts(rule);
  const index = parts.findIndex((part) => part.startsWith(prefix) || part.startsWith(skipPrefix));
  return rule.head.args || rule.default ? 0 : index + 1;
}

function constantParts({ head }: Rule): string[] {
  const parts = [head.reference.name.name];
  for (const part of head.reference.path) {
    if (part.kind !== 'scalar') break;
    parts.push(typeof part.value === 'string' ? part.value : '');
  }
  return parts;
}

function nameOf(rule: Rule, length: number): string[] {
  return constantParts(rule).slice(0, length);
}

function isSkipped(rule: Rule, length: number): boolean {
  return nameOf(rule, length).at(-1)!.startsWith(skipPrefix);
}

function testCase(module: Module, rule: Rule, length: number): TestCase {
  const name = nameOf(rule, length);
  return {
    module,
    rule,
    package: referenceText(['data', ...module.package.path]),
    name: referenceText(name),
    path: ['data', ...module.package.path, ...name],
    skip: isSkipped(rule, length),
    cases: rule.head.reference.path.slice(length - 1),
    location: rule.location,
  };
}

function renameRule(rule: Rule, length: number, count: number): Rule {
  const suffix = `#${String(count).padStart(2, '0')}`;
  const { name, path } = rule.head.reference;
  const last = length - 2;
  const reference =
    length === 1
      ? { name: { ...name, name: name.name + suffix }, path }
      : { name, path: path.map((part, index) => (index === last ? renamePart(part, suffix) : part)) };
  const head = { ...rule.head, reference };
  return { ...rule, head, ...(rule.else ? { else: renameRule(rule.else, length, count) } : {}) };
}

function renamePart(part: Term, suffix: string): Term {
  return part.kind === 'scalar' ? { ...part, value: `${String(part.value)}${suffix}` } : part;
}

/** Names as a reference: `data.a["b-c"]`. */
export function referenceText(names: readonly string[]): string {
  return names
    .map((name, index) => {
      if (index === 0) return name;
      return /^[A-Za-z_][A-Za-z0-9_]*(#\d+)?$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    })
    .join('');
}
