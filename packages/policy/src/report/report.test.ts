import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleResult } from '../results/rule-info.ts';
import { formatReport } from './formats.ts';
import {
  appstudioError,
  appstudioReport,
  type ComponentReport,
  type Report,
  type ReportView,
} from './report.ts';
import { wrapped } from './word-wrap.ts';

const view: ReportView = { showSuccesses: true, showWarnings: true, showPolicyDocsLink: true, color: false };
const image = `registry.example/team/app@sha256:${'a'.repeat(64)}`;

function result(code: string, msg: string, metadata: Record<string, unknown> = {}): RuleResult {
  return { msg, metadata: { code, ...metadata } };
}

function component(more: Partial<ComponentReport> = {}): ComponentReport {
  return {
    name: 'app',
    containerImage: image,
    source: {},
    violations: [],
    warnings: [],
    successes: [],
    success: true,
    signatures: [],
    attestations: [],
    ...more,
  };
}

function report(...components: ComponentReport[]): Report {
  return {
    success: components.every(({ success }) => success),
    components,
    key: 'PEM\n',
    policy: { sources: [{ policy: ['git::https://h/x.git?ref=1'] }] },
    version: '0.1.0',
    effectiveTime: new Date('2026-06-01T00:00:00.123Z'),
    created: new Date('2026-06-01T00:00:01Z'),
    policyInputs: [{ n: 1 }, { n: 2 }],
    statements: [],
  };
}

const refused = component({
  success: false,
  violations: [
    result('main.rejector', 'Fails always', {
      title: 'Reject rule',
      term: 'x',
      description: 'It fails.',
      solution: 'None',
    }),
    result('main.rejector', 'Fails again'),
  ],
  warnings: [result('main.warner', 'Beware')],
  successes: [result('main.acceptor', 'Pass', { title: 'Accept' })],
  signatures: [{ keyid: '', sig: 'MEUC', metadata: { b: '2', a: '1' } }],
});

test('JSON leaves empty lists out and keeps its order', () => {
  assert.equal(
    formatReport(report(component()), 'json', view),
    `{"success":true,"components":[{"name":"app","containerImage":"${image}","source":{},"success":true}],"key":"PEM\\n","policy":{"sources":[{"policy":["git::https://h/x.git?ref=1"]}]},"ec-version":"0.1.0","effective-time":"2026-06-01T00:00:00Z"}\n`,
  );
});

test('JSON shows metadata in alphabetical order, and successes and warnings when asked', () => {
  const text = formatReport(report(refused), 'json', view);
  assert.match(
    text,
    /"metadata":\{"code":"main.rejector","description":"It fails.","solution":"None","term":"x","title":"Reject rule"\}/,
  );
  assert.match(text, /"successes":\[\{"msg":"Pass"/);
  const quiet = formatReport(report(refused), 'json', { ...view, showSuccesses: false, showWarnings: false });
  assert.doesNotMatch(quiet, /successes|warnings/);
});

test('YAML is the same document', () => {
  assert.match(
    formatReport(report(refused), 'yaml', view),
    /^success: false\ncomponents:\n {2}- name: app\n/,
  );
});

test('text shows each result under its mark', () => {
  assert.equal(
    formatReport(report(refused), 'text', view),
    `Success: false
Result: FAILURE
Violations: 2, Warnings: 1, Successes: 1
Component: app
ImageRef: ${image}

Results:
✕ [Violation] main.rejector
  ImageRef: ${image}
  Reason: Fails always
  Term: x
  Title: Reject rule
  Description: It fails.
  Solution: None

✕ [Violation] main.rejector
  ImageRef: ${image}
  Reason: Fails again

› [Warning] main.warner
  ImageRef: ${image}
  Reason: Beware

✓ [Success] main.acceptor
  ImageRef: ${image}
  Title: Accept

For more information about policy issues, see the policy documentation: https://conforma.dev/docs/policy/
`,
  );
});

test('text of several components lists them with their counts', () => {
  const text = formatReport(report(component(), { ...refused, name: 'other' }), 'text', {
    ...view,
    showSuccesses: false,
  });
  assert.match(
    text,
    /Components:\n- Name: app\n {2}ImageRef: .*\n {2}Violations: 0, Warnings: 0, Successes: 0\n\n- Name: other\n/,
  );
  assert.doesNotMatch(text, /\[Success\]/);
});

test('lines wrap at words', () => {
  assert.equal(wrapped('one two three', 9, '  '), '  one two\n  three');
  assert.equal(wrapped('unbreakable', 5, ''), 'unbreakable');
});

test('the summary condenses by code and mirrors success', () => {
  assert.deepEqual(JSON.parse(formatReport(report(refused), 'summary', view)), {
    components: [
      {
        name: 'app',
        success: false,
        violations: { 'main.rejector': ['Fails always', 'There are 1 more "main.rejector" messages'] },
        warnings: { 'main.warner': ['Beware'] },
        successes: { 'main.acceptor': ['Pass'] },
        total_violations: 2,
        total_warnings: 1,
        total_successes: 1,
      },
    ],
    success: false,
    key: 'PEM\n',
  });
  assert.equal(JSON.parse(formatReport(report(component()), 'summary', view)).success, true);
});

test('the appstudio result follows failures, warnings and successes', () => {
  const of = (...components: ComponentReport[]) => appstudioReport(report(...components)).result;
  assert.equal(of(refused), 'FAILURE');
  assert.equal(of(component({ success: false })), 'FAILURE');
  assert.equal(of(component({ warnings: [result('a.b', 'w')] })), 'WARNING');
  assert.equal(of(component()), 'SKIPPED');
  assert.equal(of(component({ successes: [result('a.b', 'Pass')] })), 'SUCCESS');
  assert.deepEqual(appstudioError('Success', 'gone', new Date(5000)), {
    timestamp: '5',
    namespace: '',
    successes: 0,
    failures: 0,
    warnings: 0,
    result: 'ERROR',
    note: 'Error: Success: gone',
  });
});

test('markdown is a table of the counts', () => {
  assert.equal(
    formatReport(report(refused), 'summary-markdown', view),
    `| Field     | Value |Status|
|-----------|-------|-------|
| Time | 2026-06-01 00:00:01 |  |
| Successes | 1 | :x: |
| Failures | 2 | :x: |
| Warnings | 1 | :x: |
| Result |  | :x: |
`,
  );
});

test('JUnit has a suite a component, successes, failures and skipped in turn', () => {
  const xml = formatReport(report(refused), 'junit', view);
  assert.match(
    xml,
    /^<testsuites tests="4" failures="2" skipped="1"><testsuite name="app \(registry\.example/,
  );
  assert.match(
    xml,
    /<property name="keyId" value=""><\/property><property name="signature" value="MEUC"><\/property><property name="metadata.a" value="1">/,
  );
  assert.match(
    xml,
    /<testcase name="main.acceptor: Pass \[title=Accept\]" classname="main.acceptor: Pass \[title=Accept\]"><\/testcase>/,
  );
  assert.match(xml, /<failure message="Fails again">Fails again<\/failure>/);
  assert.match(xml, /<skipped message="Beware">Beware<\/skipped>/);
});

test('JUnit cannot be broken out of by what a policy says', () => {
  const hostile = component({ violations: [result('a.b', '</failure><x a="&\u0000">')], success: false });
  const xml = formatReport(report(hostile), 'junit', view);
  assert.match(xml, /&lt;\/failure&gt;&lt;x a=&#34;&amp;\ufffd&#34;&gt;/);
});

test('policy inputs and statements come one a line', () => {
  assert.equal(formatReport(report(component()), 'policy-input', view), '{"n":1}\n{"n":2}\n');
});
