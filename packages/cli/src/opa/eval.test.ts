import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { OpaProcess } from './testing/opa-process.ts';

const opa = new OpaProcess({
  'policy.rego': `package example

allow if input.user in data.users

deny contains msg if {
	not allow
	msg := "no <entry>"
}

broken := to_number(input.user)
`,
  'data/users/data.json': '["ann", "bob"]',
  'data.yaml': 'users: [ann]\n',
  'ann.json': '{"user": "ann"}',
  'eve.yaml': 'user: eve\n',
  'v0.rego': 'package old\n\np[x] { x := 1 }\n',
});
after(() => opa.close());

const evaluate = (...args: string[]) => opa.run(['eval', ...args]);
const policy = ['-d', 'policy.rego', '-d', 'data.yaml'];

test('json is the default: values, texts and places of the expressions, and the bindings', async () => {
  const { code, stdout } = await evaluate('x := 1; x < 2');
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `{
  "result": [
    {
      "expressions": [
        {
          "value": true,
          "text": "x := 1",
          "location": {
            "row": 1,
            "col": 1
          }
        },
        {
          "value": true,
          "text": "x \\u003c 2",
          "location": {
            "row": 1,
            "col": 9
          }
        }
      ],
      "bindings": {
        "x": 1
      }
    }
  ]
}
`,
  );
});

test('an undefined result is an empty object', async () => {
  assert.deepEqual(await evaluate('1 == 2; input.x'), { code: 0, stdout: '{}\n', stderr: '' });
});

test('values is an array a result; bindings an object a result', async () => {
  assert.equal((await evaluate('-f', 'values', 'x := [1, 2][_]')).stdout, '[\n  true\n]\n[\n  true\n]\n');
  assert.equal(
    (await evaluate('-f', 'bindings', 'x := [1, 2][_]')).stdout,
    '{\n  "x": 1\n}\n{\n  "x": 2\n}\n',
  );
});

test('raw is strings as they are, other values compact, a line for a result', async () => {
  const { stdout } = await evaluate('-f', 'raw', '"a <b>"; [1, {"k": "<"}]');
  assert.equal(stdout, 'a <b> [1,{"k":"\\u003c"}]\n');
});

test('discard says only that there is a result', async () => {
  assert.equal((await evaluate('-f', 'discard', '1')).stdout, '{\n  "result": "discarded"\n}\n');
  assert.equal((await evaluate('-f', 'discard', 'false == true; input')).stdout, '{}\n');
});

test('pretty is the value alone, a table of bindings, or undefined', async () => {
  assert.equal(
    (await evaluate('-f', 'pretty', '{"a": {1, 2}}')).stdout,
    '{\n  "a": [\n    1,\n    2\n  ]\n}\n',
  );
  assert.equal((await evaluate('-f', 'pretty', 'input.x')).stdout, 'undefined\n');
  const { stdout } = await evaluate('-f', 'pretty', 'y := 2; x := ["a", "b"][_]');
  assert.equal(
    stdout,
    `┌─────┬───┐
│  x  │ y │
├─────┼───┤
│ "a" │ 2 │
│ "b" │ 2 │
└─────┴───┘
`,
  );
});

test('pretty cuts long cells where --pretty-limit says', async () => {
  const { stdout } = await evaluate('-f', 'pretty', '--pretty-limit=5', 'x := "abcdefghij"; y := 1');
  assert.match(stdout, /│ "abcd\.\.\. │ 1 │/);
});

test('policies, data below directories, and input are loaded', async () => {
  const from = (file: string) => evaluate('-f', 'raw', ...policy, '-i', file, 'data.example.allow');
  assert.equal((await from('ann.json')).stdout, 'true\n');
  assert.equal((await from('eve.yaml')).stdout, '');
  const directory = await evaluate('-f', 'raw', '-d', 'data', 'data.users');
  assert.equal(directory.stdout, '["ann","bob"]\n');
  const prefixed = await evaluate('-f', 'raw', '-d', 'a.b:ann.json', 'data.a.b.user');
  assert.equal(prefixed.stdout, 'ann\n');
});

test('--fail and --fail-defined set the exit code', async () => {
  assert.equal((await evaluate('--fail', 'input.x')).code, 1);
  assert.equal((await evaluate('--fail', '1')).code, 0);
  assert.equal((await evaluate('--fail-defined', '1')).code, 1);
  assert.equal((await evaluate('--fail-defined', 'input.x')).code, 0);
});

test('errors are JSON on standard output with --format json, text on standard error with the others', async () => {
  const json = await evaluate('x');
  assert.equal(json.code, 2);
  assert.deepEqual(JSON.parse(json.stdout), {
    errors: [
      { message: 'var x is unsafe', code: 'rego_unsafe_var_error', location: { file: '', row: 1, col: 1 } },
    ],
  });
  for (const format of ['pretty', 'raw', 'values', 'bindings']) {
    const { code, stdout, stderr } = await evaluate('-f', format, 'x');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^1 error occurred: 1:1: rego_unsafe_var_error: var x is unsafe\n/);
  }
});

test('a conflict is an error of the evaluation', async () => {
  opa.write({ 'conflict.rego': 'package c\n\np := 1\n\np := 2 if input\n' });
  const { code, stdout } = await evaluate('-d', 'conflict.rego', '-i', 'ann.json', 'data.c.p');
  assert.equal(code, 2);
  const { errors } = JSON.parse(stdout);
  assert.equal(errors[0].code, 'eval_conflict_error');
  assert.equal(errors[0].location.file, 'conflict.rego');
});

test('what cannot be loaded is an error without code; an input that cannot be read goes to standard error', async () => {
  const data = await evaluate('-d', 'absent', '1');
  assert.equal(data.code, 2);
  assert.deepEqual(JSON.parse(data.stdout), {
    errors: [{ message: 'stat absent: no such file or directory' }],
  });
  assert.deepEqual(await evaluate('-i', 'absent', '1'), {
    code: 2,
    stdout: '',
    stderr: 'open absent: no such file or directory\n',
  });
});

test('an input that is no JSON and no YAML is told', async () => {
  opa.write({ 'bad.json': '{"a": 1' });
  const { code, stdout, stderr } = await evaluate('-i', 'bad.json', 'input');
  assert.deepEqual([code, stdout, stderr], [2, '', 'unable to parse input: bad.json: unexpected EOF\n']);
});

test('data that are no JSON, or stand twice, are errors of the evaluation', async () => {
  opa.write({ 'bad.json': '{"a": 1', 'twice/x.json': '{"a": {"b": 1}}', 'twice/y.json': '{"a": {"b": 2}}' });
  const bad = JSON.parse((await evaluate('-d', 'bad.json', 'data')).stdout);
  assert.equal(bad.errors[0].message, 'bad.json: unexpected EOF');
  const twice = await evaluate('-d', 'twice', 'data');
  assert.equal(twice.code, 2);
  assert.deepEqual(JSON.parse(twice.stdout), { errors: [{ message: 'twice/y.json: merge error' }] });
});

test('a reader that has enough ends the output', () => {
  const main = join(import.meta.dirname, '..', 'main.ts');
  const command = `"$0" "$1" opa eval 'numbers.range(1, 100000)' | head -n 1`;
  const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, main], { encoding: 'utf8' });
  assert.deepEqual([stdout, stderr], ['{\n', '']);
});

test('errors of builtins are undefined, shown, or fatal', async () => {
  const flags = [...policy, '-i', 'ann.json', 'data.example.broken'];
  assert.deepEqual(await evaluate(...flags), { code: 0, stdout: '{}\n', stderr: '' });
  const shown = await evaluate('--show-builtin-errors', ...flags);
  assert.equal(shown.code, 0);
  assert.equal(JSON.parse(shown.stdout).errors[0].code, 'eval_builtin_error');
  assert.equal((await evaluate('--strict-builtin-errors', ...flags)).code, 2);
  const both = await evaluate('--strict-builtin-errors', '--show-builtin-errors', ...flags);
  assert.match(both.stderr, /^cannot use --show-builtin-errors with --strict-builtin-errors/);
});

test('--package and --import give the query its surroundings', async () => {
  const inside = await evaluate('-f', 'raw', ...policy, '--package', 'example', 'deny');
  assert.equal(inside.stdout, '["no \\u003centry\\u003e"]\n');
  const imported = await evaluate('-f', 'raw', ...policy, '--import', 'data.example as e', 'count(e.deny)');
  assert.equal(imported.stdout, '1\n');
});

test('--coverage, --metrics and --profile are added', async () => {
  const output = JSON.parse(
    (await evaluate('--coverage', '--profile', ...policy, 'data.example.deny')).stdout,
  );
  assert.equal(output.coverage.files['policy.rego'].covered_lines > 0, true);
  assert.deepEqual(Object.keys(output.metrics), [
    'timer_rego_input_parse_ns',
    'timer_rego_load_files_ns',
    'timer_rego_module_compile_ns',
    'timer_rego_query_compile_ns',
    'timer_rego_query_eval_ns',
  ]);
  assert.deepEqual(Object.keys(output.profile[0]).sort(), [
    'location',
    'num_eval',
    'num_gen_expr',
    'num_redo',
    'total_time_ns',
  ]);
});

test('--profile-sort and --profile-limit order and cut the profile', async () => {
  const flags = ['--profile-limit=2', '--profile-sort', 'line,file', ...policy, 'data.example.deny'];
  const { profile } = JSON.parse((await evaluate(...flags)).stdout);
  assert.equal(profile.length, 2);
  assert.equal((await evaluate('--profile-sort', 'nothing', '1')).code, 1);
});

test('--count tells how metrics and profiles are spread over the rounds', async () => {
  const flags = ['--count', '3', '--profile', ...policy, 'data.example.deny'];
  const output = JSON.parse((await evaluate(...flags)).stdout);
  assert.equal(output.metrics, undefined);
  assert.equal(output.aggregated_metrics.timer_rego_query_eval_ns.count, 3);
  assert.ok(output.aggregated_profile[0].total_time_ns_stats.max > 0);
  const { stdout } = await evaluate('-f', 'pretty', '--count=2', '--metrics', '1');
  assert.match(stdout, /│ +Metric +│ +Min +│ +Max +│ +Mean +│ +90% +│ +99% +│/);
});

test('--explain tells what was evaluated', async () => {
  const { stdout } = await evaluate('--explain', 'fails', '-f', 'pretty', ...policy, 'data.example.allow');
  assert.equal(
    stdout,
    `query:1         Enter data.example.allow
policy.rego:3   | Enter data.example.allow
policy.rego:3   | | Fail input.user in data.users
query:1         | Fail data.example.allow
undefined
`.replaceAll(/^(\S+) +/gm, (_, place: string) => `${place.padEnd(13)} `),
  );
  const full = await evaluate(
    '--explain=full',
    '-f=pretty',
    ...policy,
    '-i',
    'ann.json',
    'data.example.allow',
  );
  assert.match(full.stdout, /policy\.rego:3 \| \| Exit data\.example\.allow/);
});

test('OPA 0.x policies are read with --v0-compatible, and refused without', async () => {
  assert.equal(
    (await evaluate('-f', 'raw', '--v0-compatible', '-d', 'v0.rego', 'data.old.p')).stdout,
    '[1]\n',
  );
  const { code, stdout } = await evaluate('-d', 'v0.rego', 'data.old.p');
  assert.equal(code, 2);
  assert.match(stdout, /`if` keyword is required before rule body/);
});

test('--capabilities takes builtins away', async () => {
  opa.write({ 'few.json': '{"builtins": [{"name": "count"}]}' });
  assert.equal((await evaluate('--capabilities', 'few.json', 'count([1])')).code, 0);
  const { code, stdout } = await evaluate('--capabilities', 'few.json', 'http.send({})');
  assert.equal(code, 2);
  assert.match(stdout, /undefined function http\.send/);
});

test('the network and the environment are not reached', async () => {
  const { stdout } = await evaluate(
    '--show-builtin-errors',
    'http.send({"method": "get", "url": "http://127.0.0.1"})',
  );
  assert.doesNotMatch(stdout, /"result"/);
  const runtime = JSON.parse((await opa.run(['eval', 'opa.runtime()'], { SECRET_OF_MINE: 'x' })).stdout);
  assert.doesNotMatch(JSON.stringify(runtime), /SECRET_OF_MINE/);
});

test('--timeout ends an evaluation', async () => {
  const query = 'count([1 | numbers.range(1, 30000)[_]; numbers.range(1, 30000)[_]])';
  const { code, stdout } = await evaluate('--timeout', '50ms', query);
  assert.equal(code, 2);
  assert.match(stdout, /eval_cancel_error/);
  assert.match((await evaluate('--timeout', 'soon', '1')).stderr, /invalid duration "soon"/);
});

test('flags that contradict each other, and a missing query, exit 1 as they do with opa', async () => {
  assert.deepEqual(await evaluate(), { code: 1, stdout: '', stderr: 'specify query argument or --stdin\n' });
  assert.equal((await evaluate('--stdin', '1')).code, 1);
  assert.equal((await evaluate('--fail', '--fail-defined', '1')).code, 1);
  assert.equal((await evaluate('--no-such-flag', '1')).code, 1);
  assert.equal((await evaluate('--count', 'many', '1')).code, 1);
});

test('flags may be given as Go programs take them, and by the environment', async () => {
  assert.equal((await evaluate('--fail=false', '-f=raw', 'input.x')).code, 0);
  assert.equal((await evaluate('--fail=true', 'input.x')).code, 1);
  assert.equal((await opa.run(['eval', '1'], { OPA_EVAL_FORMAT: 'raw' })).stdout, '1\n');
  assert.equal((await opa.run(['eval', 'input.x'], { OPA_EVAL_FAIL: 'true' })).code, 1);
  assert.equal((await opa.run(['eval', '-f', 'raw', '1'], { OPA_EVAL_FORMAT: 'json' })).stdout, '1\n');
});

test('query and input are read from standard input; what is printed goes to standard error', () => {
  const main = join(import.meta.dirname, '..', 'main.ts');
  const run = (args: string[], input: string) =>
    spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'opa', 'eval', ...args], {
      input,
      encoding: 'utf8',
    });
  assert.equal(run(['--stdin', '-f', 'raw'], '1 + 1').stdout, '2\n');
  const { stdout, stderr, status } = run(
    ['-I', '-f', 'raw', 'print(input.a); input.a'],
    '{"a": 12345678901234567890}',
  );
  assert.equal(stdout, 'true 12345678901234567890\n');
  assert.equal(stderr, '12345678901234567890\n');
  assert.equal(status, 0);
});
