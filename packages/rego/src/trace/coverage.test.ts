import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../evaluate/policy.ts';
import { Coverage } from './coverage.ts';

function coverageOf(rules: string, input: unknown) {
  const policy = compile({ modules: { 'p.rego': `package p\n\n${rules}\n` } });
  const coverage = new Coverage();
  policy.prepare('data.p').run({ input: input as never, tracer: coverage });
  return coverage.report(policy.modules);
}

test('lines that were evaluated are covered, those that could have been are not', () => {
  const report = coverageOf('a if {\n\tinput.x\n\tinput.y\n}\n\nb := 1', { x: false });
  assert.deepEqual(report.files['p.rego'], {
    covered: [
      { start: { row: 4 }, end: { row: 4 } },
      { start: { row: 8 }, end: { row: 8 } },
    ],
    not_covered: [
      { start: { row: 3 }, end: { row: 3 } },
      { start: { row: 5 }, end: { row: 5 } },
    ],
    covered_lines: 2,
    not_covered_lines: 2,
    coverage: 50,
  });
  assert.equal(report.coverage, 50);
});

test('lines next to each other are one range', () => {
  const { files } = coverageOf('a if {\n\tinput.x\n\tinput.y\n}', { x: true, y: true });
  assert.deepEqual(files['p.rego']!.covered, [{ start: { row: 3 }, end: { row: 5 } }]);
  assert.equal(files['p.rego']!.not_covered, undefined);
});

test('the branches of else are covered one by one', () => {
  const rules = 'a := 1 if {\n\tinput.x\n} else := 2 if {\n\tinput.y\n} else := 3';
  const { files } = coverageOf(rules, { y: true });
  const rows = (files['p.rego']!.not_covered ?? []).flatMap(({ start, end }) => [start.row, end.row]);
  assert.ok(rows.includes(7), `the last branch is not covered: ${rows}`);
  assert.ok(!rows.includes(6));
});
