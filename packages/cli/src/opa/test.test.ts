import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { OpaProcess } from './testing/opa-process.ts';

const opa = new OpaProcess({
  'good/p.rego': 'package p\n\nallow if input.user == "ann"\n\nunused if input.x\n',
  'good/p_test.rego': `package p_test

import data.p

test_ann if p.allow with input as {"user": "ann"}

test_eve if {
	print("eve is", "here")
	not p.allow with input as {"user": "eve"}
}
`,
  'bad/b_test.rego': `package b_test

test_equal if {
	got := {"a": 1, "b": [1, 2]}
	print("looking")
	got == {"a": 1, "b": [1, 3]}
}

test_pass if true

todo_test_later if false

test_error if {
	to_set := 1
	{"k": v | v := [1, 2][_]}
}
`,
  'cases/c_test.rego': `package c_test

test_sum[note] if {
	some note, case in {
		"one": {"in": [1], "out": 1},
		"two": {"in": [1, 1], "out": 3},
	}
	sum(case.in) == case.out
}
`,
  'broken/x_test.rego': 'package x_test\n\ntest_x if y\n',
  'none/p.rego': 'package p\n\nx := 1\n',
});
after(() => opa.close());

const run = (...args: string[]) => opa.run(['test', ...args]);
/** Durations differ from run to run. */
const timeless = (text: string) => text.replaceAll(/\(\d[\d.]*(ns|µs|ms|s)\)/g, '(TIME)');

test('all tests pass: only the count is printed', async () => {
  assert.deepEqual(await run('good'), { code: 0, stdout: 'PASS: 2/2\n', stderr: '' });
});

test('--verbose names every test, with file and line, and what it printed', async () => {
  const { code, stdout } = await run('-v', 'good');
  assert.equal(code, 0);
  assert.equal(
    timeless(stdout),
    `good/p_test.rego:5:
data.p_test.test_ann: PASS (TIME)
good/p_test.rego:7:
data.p_test.test_eve: PASS (TIME)

  eve is here

--------------------------------------------------------------------------------
PASS: 2/2
`,
  );
});

test('a failure names file, line, the values and where they differ', async () => {
  const { code, stdout } = await run('-r', 'test_equal', 'bad');
  assert.equal(code, 2);
  assert.equal(
    timeless(stdout),
    `bad/b_test.rego:3:
data.b_test.test_equal: FAIL (TIME)

  looking

--------------------------------------------------------------------------------
FAILURES
--------------------------------------------------------------------------------
data.b_test.test_equal: FAIL (TIME)

  bad/b_test.rego:6:
    got == {"a": 1, "b": [1, 3]}
      got = {"a": 1, "b": [1, 2]}
      they differ at .b[1]: 2 and 3

--------------------------------------------------------------------------------
FAIL: 1/1
`,
  );
});

test('skipped tests count, unless -z says that they are no fault', async () => {
  const { code, stdout } = await run('-r', 'later|pass', 'bad');
  assert.equal(code, 2);
  assert.match(stdout, /data\.b_test\.todo_test_later: SKIPPED\n/);
  assert.match(stdout, /PASS: 1\/2\nSKIPPED: 1\/2\n$/);
  assert.equal((await run('-z', '-r', 'later|pass', 'bad')).code, 0);
});

test('the cases of a test are told apart', async () => {
  const { code, stdout } = await run('cases');
  assert.equal(code, 2);
  assert.match(stdout, /data\.c_test\.test_sum: FAIL/);
  assert.match(stdout, /\n {2}two: FAIL\n/);
  assert.doesNotMatch(stdout, /one: FAIL/);
  assert.match(stdout, /PASS: 1\/2\nFAIL: 1\/2\n$/);
});

test('--format json lists the tests for programs', async () => {
  const { code, stdout } = await run('-f', 'json', '-r', 'equal|pass|later', 'bad');
  assert.equal(code, 2);
  const [equal, pass, later] = JSON.parse(stdout);
  assert.deepEqual(equal.location, { file: 'bad/b_test.rego', row: 3, col: 1 });
  assert.deepEqual([equal.package, equal.name, equal.fail], ['data.b_test', 'test_equal', true]);
  assert.equal(Buffer.from(equal.output, 'base64').toString(), 'looking\n');
  assert.ok(equal.duration > 0);
  assert.deepEqual([pass.name, pass.fail], ['test_pass', undefined]);
  assert.deepEqual([later.name, later.skip], ['todo_test_later', true]);
});

test('an error in a test is neither pass nor failure', async () => {
  const { code, stdout } = await run('-r', 'test_error', 'bad');
  assert.equal(code, 2);
  assert.match(stdout, /data\.b_test\.test_error: ERROR/);
  assert.match(stdout, /eval_conflict_error: object keys must be unique/);
  assert.match(stdout, /ERROR: 1\/1\n$/);
});

test('a test that takes too long is an error', async () => {
  opa.write({
    'slow/s_test.rego':
      'package s_test\n\ntest_slow if count([1 | numbers.range(1, 30000)[_]; numbers.range(1, 30000)[_]]) > 1\n',
  });
  const { code, stdout } = await run('--timeout', '100ms', 'slow');
  assert.equal(code, 2);
  assert.match(stdout, /eval_cancel_error/);
});

test('policies that do not compile exit 1', async () => {
  const { code, stdout, stderr } = await run('broken');
  assert.deepEqual(
    [code, stdout, stderr],
    [
      1,
      '',
      '1 error occurred: broken/x_test.rego:3: rego_unsafe_var_error: var y is unsafe\n\ttest_x if y\n\t          ^\n',
    ],
  );
});

test('--coverage prints the lines as JSON in place of the results', async () => {
  const { code, stdout } = await run('--coverage', 'good');
  assert.equal(code, 0);
  const report = JSON.parse(stdout);
  assert.deepEqual(report.files['good/p.rego'], {
    covered: [{ start: { row: 3 }, end: { row: 3 } }],
    not_covered: [{ start: { row: 5 }, end: { row: 5 } }],
    covered_lines: 1,
    not_covered_lines: 1,
    coverage: 50,
  });
});

test('--threshold exits 2 when too little is covered, and says where with --verbose', async () => {
  assert.equal((await run('--threshold', '50', 'good')).code, 0);
  const { code, stderr } = await run('--threshold', '99.5', '-v', 'good');
  assert.equal(code, 2);
  assert.match(stderr, /^Code coverage threshold not met: got \d+\.\d\d instead of 99\.50\n/);
  assert.match(stderr, /Lines not covered:\n\tgood\/p\.rego:5\n/);
  assert.equal((await run('--threshold', '101', 'good')).code, 1);
});

test('coverage of failing tests is not told', async () => {
  const { code, stdout, stderr } = await run('-c', '-r', 'equal', 'bad');
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /data\.b_test\.test_equal: FAIL/);
});

test('--explain shows what led to a failure, --var-values the variables', async () => {
  const { stdout } = await run('--explain', 'fails', '--var-values', '-r', 'test_equal', 'bad');
  assert.match(stdout, /bad\/b_test\.rego:6 \| \| Fail got == .*\{got: \{"a": 1, "b": \[1, 2\]\}\}/);
  assert.doesNotMatch(stdout, /\| Eval /);
  const full = await run('--explain', 'full', '-r', 'test_equal', 'bad');
  assert.match(full.stdout, /\| Eval /);
});

test('no test at all is a fault only with --fail-on-empty', async () => {
  assert.equal((await run('none')).code, 0);
  const { code, stderr } = await run('--fail-on-empty', 'none');
  assert.deepEqual([code, stderr], [1, 'no tests were run\n']);
});

test('the flags that only say how to work are taken', async () => {
  assert.equal((await run('--parallel', '4', '-m', '5', '-t', 'rego', 'good')).code, 0);
  assert.equal((await run('-t', 'wasm', 'good')).code, 1);
});

test("Conforma's functions are known: package URLs are parsed, registries only replaced", async () => {
  opa.write({
    'conforma/c_test.rego': `package c_test

test_purl if ec.purl.parse("pkg:npm/left-pad@1.0.0").name == "left-pad"

test_replaced if ec.oci.blob("registry.example/a@sha256:0") == "text" with ec.oci.blob as "text"

test_no_registry if not ec.oci.blob("registry.example/a@sha256:0")
`,
  });
  const { code, stdout } = await run('conforma');
  assert.deepEqual([code, stdout], [0, 'PASS: 3/3\n']);
});

test('--watch runs the tests again after a change, until it is interrupted', async () => {
  opa.write({ 'watched/w_test.rego': 'package w_test\n\ntest_w if true\n' });
  const main = join(import.meta.dirname, '..', 'main.ts');
  const child = spawn(process.execPath, [main, 'opa', 'test', '--watch', 'watched'], {
    cwd: opa.directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const until = async (pattern: RegExp) => {
    while (!pattern.test(text)) text += String((await once(child.stdout, 'data'))[0]);
  };
  try {
    await until(/^PASS: 1\/1\n\*{80}\nWatching for changes \.\.\.\n/);
    opa.write({ 'watched/w_test.rego': 'package w_test\n\ntest_w if false\n' });
    await until(/FAIL: 1\/1\n\*{80}\n/);
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  } finally {
    child.kill('SIGKILL');
  }
});
