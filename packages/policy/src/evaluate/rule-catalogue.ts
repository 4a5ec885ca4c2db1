import { type AnnotationReference, annotationsOf, type Module, type Rule } from '@assay/rego';
import type { Criterial } from '../criteria/matchers.ts';
import { PolicyError } from '../error.ts';
import type { RuleInfo } from '../results/rule-info.ts';
import { ruleInfoOf } from './rule-annotations.ts';

/** A rule as far as criteria can tell whether its package is worth evaluating. */
export interface FilterableRule extends Criterial {
  pipelineIntention: readonly string[];
}

/** The rules of one package that give results. */
export interface Namespace {
  path: readonly string[];
  /** `path` joined by dots. */
  name: string;
  failures: string[];
  warnings: string[];
  /** Whether it has a rule `exception`. */
  exceptions: boolean;
}

/** What the rules of a source are called and say of themselves. */
export interface RuleCatalogue {
  rules: ReadonlyMap<string, RuleInfo>;
  filterable: readonly FilterableRule[];
  namespaces: readonly Namespace[];
}

const failureName = /^(deny|violation)(_[a-zA-Z0-9]+)*$/;
const warningName = /^warn(_[a-zA-Z0-9]+)*$/;

/**
 * Lists the rules of modules.
 * @throws PolicyError InvalidRule when two rules have one code, or a rule returns what no report can show
 */
export function catalogueOf(modules: readonly Module[]): RuleCatalogue {
  const rules = new Map<string, RuleInfo>();
  const plain = new Map<string, FilterableRule>();
  for (const reference of annotationsOf(modules)) {
    if (!reference.rule) continue;
    const named = isResultRule(reference.rule);
    if (!reference.annotations && !named) continue;
    checkValue(reference.rule, sourceOf(modules, reference));
    if (!reference.annotations) {
      const code = codeOfPlainRule(reference);
      plain.set(code, { code, terms: [], collections: [], pipelineIntention: [] });
      continue;
    }
    const info = ruleInfoOf(reference);
    if (!info) continue;
    if (rules.has(info.code)) {
      throw new PolicyError('InvalidRule', `found a second rule with the same code: \`${info.code}\``, {
        hint: 'each short_name may stand once in a package',
      });
    }
    rules.set(info.code, info);
  }
  const annotated = Array.from(rules.values(), ({ code, collections, pipelineIntention }) => ({
    code,
    terms: [],
    collections,
    pipelineIntention,
  }));
  return { rules, filterable: [...annotated, ...plain.values()], namespaces: namespacesOf(modules) };
}

function nameOf(rule: Rule): string {
  return rule.head.reference.name.name;
}

function isResultRule(rule: Rule): boolean {
  return failureName.test(nameOf(rule)) || warningName.test(nameOf(rule));
}

function namespacesOf(modules: readonly Module[]): Namespace[] {
  const found = new Map<string, Namespace>();
  for (const module of modules) {
    const { path } = module.package;
    const name = path.join('.');
    for (const rule of module.rules) {
      const ruleName = nameOf(rule);
      const isException = ruleName === 'exception';
      if (!isException && !isResultRule(rule)) continue;
      const namespace = found.get(name) ?? { path, name, failures: [], warnings: [], exceptions: false };
      found.set(name, namespace);
      if (isException) namespace.exceptions = true;
      else {
        const list = warningName.test(ruleName) ? namespace.warnings : namespace.failures;
        if (!list.includes(ruleName)) list.push(ruleName);
      }
    }
  }
  const sorted = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { failures, warnings } of sorted) {
    failures.sort();
    warnings.sort();
  }
  return sorted;
}

/** A result is a text, or an object: anything that can only be something else is told when the policy is loaded. */
function checkValue(rule: Rule, text: string): void {
  const { head } = rule;
  const value = head.key ?? head.value;
  const fits =
    value !== undefined &&
    (value.kind === 'scalar'
      ? typeof value.value === 'string'
      : ['object', 'var', 'call', 'template'].includes(value.kind));
  if (fits) return;
  const { file, row } = rule.location;
  throw new PolicyError(
    'InvalidRule',
    `the rule ${JSON.stringify(text)} returns an unsupported value, at ${file}:${row}`,
    { hint: 'a result is a text, or an object with msg and code' },
  );
}

function sourceOf(modules: readonly Module[], { location }: AnnotationReference): string {
  const source = modules.find(({ file }) => file === location.file)?.source ?? '';
  return source.slice(location.start, location.end).trim();
}

/** `code` where the body of the rule sets one; else the first part of the package, and the rule's name. */
function codeOfPlainRule({ rule, package: owner }: AnnotationReference): string {
  return writtenCode(rule!) ?? `${owner[0] ?? ''}.${nameOf(rule!)}`;
}

function writtenCode(rule: Rule): string | undefined {
  for (const { what } of rule.body) {
    if (what.kind !== 'call') continue;
    for (const term of what.args) {
      if (term.kind !== 'object') continue;
      for (const [key, value] of term.entries) {
        const isCode = key.kind === 'scalar' && key.value === 'code' && value.kind === 'scalar';
        if (isCode && typeof value.value === 'string') return value.value;
      }
    }
  }
  return undefined;
}
