import { codeOf, type RuleResult } from '../results/rule-info.ts';
import { timeText } from '../spec/effective-time.ts';
import type { ComponentReport, Report, ReportView } from './report.ts';

/** The report as JUnit XML: a suite a component, a test case a result. Warnings are skipped tests. */
export function junitReport(report: Report, view: ReportView): string {
  const shown = report.components.map((component) => ({
    ...component,
    warnings: view.showWarnings ? component.warnings : [],
    successes: view.showSuccesses ? component.successes : [],
  }));
  const total = (count: (component: ComponentReport) => number) =>
    shown.reduce((sum, component) => sum + count(component), 0);
  const attributes = {
    tests: total(testsOf),
    failures: total(({ violations }) => violations.length),
    skipped: total(({ warnings }) => warnings.length),
  };
  const { skipped, ...always } = attributes;
  return element(
    'testsuites',
    skipped > 0 ? attributes : always,
    shown.map((component, id) => suite(component, id, report)).join(''),
  );
}

function testsOf({ violations, warnings, successes }: ComponentReport): number {
  return violations.length + warnings.length + successes.length;
}

function suite(component: ComponentReport, id: number, report: Report): string {
  const { name, containerImage, success, signatures, violations, warnings, successes } = component;
  const properties: [string, string][] = [
    ['image', containerImage],
    ['key', report.key],
    ['success', String(success)],
    ...signatures.flatMap(({ keyid, sig, metadata = {} }): [string, string][] => [
      ['keyId', keyid],
      ['signature', sig],
      ...Object.keys(metadata)
        .sort()
        .map((key): [string, string] => [`metadata.${key}`, metadata[key]!]),
    ]),
  ];
  const attributes = {
    name: `${name} (${containerImage})`,
    tests: testsOf(component),
    failures: violations.length,
    errors: 0,
    id,
    ...(warnings.length > 0 && { skipped: warnings.length }),
    time: '',
    timestamp: timeText(report.created),
  };
  const cases = [
    ...successes.map((result) => testCase(result, '')),
    ...violations.map((result) =>
      testCase(result, element('failure', { message: result.msg }, escaped(result.msg))),
    ),
    ...warnings.map((result) =>
      testCase(result, element('skipped', { message: result.msg }, escaped(result.msg))),
    ),
  ];
  const list = properties.map(([key, value]) => element('property', { name: key, value }, '')).join('');
  return element('testsuite', attributes, element('properties', {}, list) + cases.join(''));
}

function testCase(result: RuleResult, inner: string): string {
  const { code: _, ...metadata } = result.metadata;
  const details = Object.entries(metadata)
    .map(([key, value]) => `${key}=${valueText(value)}`)
    .sort();
  const code = codeOf(result);
  const name = `${code === '' ? '' : `${code}: `}${result.msg}${details.length > 0 ? ` [${details.join(', ')}]` : ''}`;
  return element('testcase', { name, classname: name }, inner);
}

/** As Go's `%v` shows it: lists in brackets, parted by spaces. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(' ')}]`;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function element(name: string, attributes: Record<string, string | number>, inner: string): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return `<${name}${list.join('')}>${inner}</${name}>`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

/** Text for XML; characters that XML cannot hold become U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"'\t\n\r]/g, (character) => entities[character]!)
    .replace(/[^\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
