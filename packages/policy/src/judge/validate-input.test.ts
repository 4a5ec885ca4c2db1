import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { formatInputReport } from '../report/input-report.ts';
import { temporaryFiles } from '../testing/policy-files.ts';
import { loadPolicy } from './load-policy.ts';
import { judgeFiles } from './validate-input.ts';

const now = new Date('2026-06-01T00:00:00Z');
const view = { showSuccesses: false, showWarnings: true, showPolicyDocsLink: false, color: false };
const store = () => {
  throw new Error('no registry is asked');
};
let made: ReturnType<typeof temporaryFiles> | undefined;
afterEach(() => made?.remove());

async function judge(rego: string, files: Record<string, string>) {
  made = temporaryFiles({ 'p/main.rego': `package main\n\n${rego}` });
  const policy = await loadPolicy({
    policy: { sources: [{ policy: [`file::${made.directory}/p`] }] },
    store,
  });
  return judgeFiles(policy, {
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    now: () => now,
  });
}

const positive =
  '# METADATA\n# custom:\n#   short_name: positive\ndeny contains {"code": "main.positive", "msg": sprintf("%d is not positive", [input.n])} if input.n <= 0';

test('each file has its verdict, and a list is judged item by item', async () => {
  const report = await judge(positive, { 'a.yaml': 'n: 1', 'b.json': '[{"n": 0}, {"n": -1}, {"n": 2}]' });
  assert.equal(report.success, false);
  assert.deepEqual(
    report.files.map(({ path, violations, successes }) => [
      path,
      violations.map(({ msg }) => msg),
      successes.length,
    ]),
    [
      ['a.yaml', [], 1],
      ['b.json', ['-1 is not positive', '0 is not positive'], 1],
    ],
  );
});

test('the document has its lists also where they are empty, and the source as it was named', async () => {
  const report = await judge(positive, { 'a.yaml': 'n: 1' });
  assert.deepEqual(JSON.parse(formatInputReport(report, 'json', view)), {
    success: true,
    filepaths: [
      {
        filepath: 'a.yaml',
        violations: [],
        warnings: [],
        successes: null,
        success: true,
        'success-count': 1,
      },
    ],
    policy: { sources: [{ policy: [`file::${made!.directory}/p`] }] },
    'ec-version': 'assay',
    'effective-time': '2026-06-01T00:00:00Z',
  });
});

test('the text names one file in a line, and lists several', async () => {
  const one = formatInputReport(await judge(positive, { 'a.yaml': 'n: 1' }), 'text', view);
  assert.equal(
    one,
    'Success: true\nResult: SUCCESS\nViolations: 0, Warnings: 0, Successes: 1\nInput File: a.yaml\n\n',
  );
  made!.remove();
  const two = formatInputReport(await judge(positive, { 'a.yaml': 'n: 1', b: 'n: 0' }), 'text', view);
  assert.match(
    two,
    /Input Files:\n- FilePath: a\.yaml\n {2}Violations: 0, Warnings: 0, Successes: 1\n\n- FilePath: b\n/,
  );
});

test('a warning without a code is an answer, too', async () => {
  const report = await judge('warn contains "look"', { 'a.yaml': 'n: 1' });
  assert.deepEqual(report.files[0]!.warnings, [{ msg: 'look', metadata: {} }]);
});

test('what is neither JSON nor YAML is told by its name', async () => {
  await assert.rejects(judge(positive, { 'a.yaml': 'a: [' }), {
    code: 'InvalidInput',
    message: /^a\.yaml is neither/,
  });
});
