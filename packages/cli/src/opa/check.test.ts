import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { OpaProcess } from './testing/opa-process.ts';

const opa = new OpaProcess({
  'good/p.rego': 'package p\n\nimport rego.v1\n\nallow if input.x == 1\n',
  'good/broken.json': '{',
  'unsafe.rego': 'package p\n\nallow if {\n\tx == 1\n\ty == 2\n}\n',
  'types.rego': 'package p\n\nn := cuont([1])\n',
  'arity.rego': 'package p\n\nn := startswith("a")\n',
  'v0.rego': 'package p\n\nallow { input.x }\n\ndeny[msg] { msg := "no" }\n',
  'syntax.rego': 'package p\n\nallow if {\n\tinput.x == \n}\n',
  'strict.rego': 'package p\n\nf(x) := y if {\n\ty := 1\n\tz := 2\n}\n',
  'import.rego': 'package p\n\nimport data.unused\n',
});
after(() => opa.close());

const check = (...args: string[]) => opa.run(['check', ...args]);

test('says nothing when nothing is wrong; data are not read', async () => {
  assert.deepEqual(await check('good'), { code: 0, stdout: '', stderr: '' });
});

test('problems go to standard error, each with file, line and the line itself', async () => {
  assert.deepEqual(await check('unsafe.rego'), {
    code: 1,
    stdout: '',
    stderr: `2 errors occurred:
unsafe.rego:4: rego_unsafe_var_error: var x is unsafe
\tx == 1
\t^
unsafe.rego:5: rego_unsafe_var_error: var y is unsafe
\ty == 2
\t^
`,
  });
});

test('a syntax error shows the line and points to the place', async () => {
  const { code, stderr } = await check('syntax.rego');
  assert.equal(code, 1);
  assert.match(stderr, /^1 error occurred: syntax\.rego:5: rego_parse_error: unexpected \} token/);
  assert.match(stderr, /\n\t\}\n\t\^\n/);
});

test('the policies of OPA before 1.0 are told what they lack, and how to mend it', async () => {
  const { stderr } = await check('v0.rego');
  assert.match(stderr, /v0\.rego:3: rego_parse_error: `if` keyword is required before rule body/);
  assert.match(stderr, /v0\.rego:5: rego_parse_error: `contains` keyword is required for partial set rules/);
  assert.match(stderr, /\nhint: .*--v0-compatible/);
  assert.equal((await check('--v0-compatible', 'v0.rego')).code, 0);
});

test('a misspelt builtin is named with the one that was meant', async () => {
  const { stderr } = await check('types.rego');
  assert.match(stderr, /types\.rego:3: rego_type_error: undefined function cuont/);
  assert.match(stderr, /\nhint: .*count/);
});

test('a call with the wrong number of operands shows what it has and wants', async () => {
  const { stderr } = await check('arity.rego');
  assert.match(
    stderr,
    /arity\.rego:3: rego_type_error: startswith: arity mismatch\n\thave: \(string\)\n\twant: /,
  );
});

test('--format json has the problems as objects, with code, message and place', async () => {
  const { code, stderr } = await check('-f', 'json', 'unsafe.rego');
  assert.equal(code, 1);
  const { errors } = JSON.parse(stderr);
  assert.equal(errors.length, 2);
  const [{ code: kind, message, location }] = errors;
  assert.deepEqual(
    { kind, message, location },
    {
      kind: 'rego_unsafe_var_error',
      message: 'var x is unsafe',
      location: { file: 'unsafe.rego', row: 4, col: 2 },
    },
  );
});

test('--strict refuses what is unused', async () => {
  assert.equal((await check('strict.rego')).code, 0);
  const { code, stderr } = await check('--strict', 'strict.rego');
  assert.equal(code, 1);
  assert.match(stderr, /strict\.rego:3: rego_compile_error: unused argument x/);
  assert.match(stderr, /strict\.rego:5: rego_compile_error: assigned var z unused/);
});

test('--strict refuses unused imports', async () => {
  const { stderr } = await check('-S', 'import.rego');
  assert.match(stderr, /import\.rego:3: rego_compile_error: import data\.unused unused/);
});

test('--max-errors cuts the list', async () => {
  const { stderr } = await check('-m', '1', 'unsafe.rego');
  assert.match(stderr, /^1 error occurred: /);
});

test('--v0-v1 demands policies that both versions read', async () => {
  assert.equal((await check('--v0-v1', 'good')).code, 0);
  assert.equal((await check('--v0-v1', 'v0.rego')).code, 1);
});

test('--bundle looks only at what a bundle may hold', async () => {
  opa.write({ 'bundle/p.rego': 'package p\n\nx := 1\n', 'bundle/other.json': '{' });
  assert.equal((await check('-b', 'bundle')).code, 0);
});

test('a bundle may say that its policies are older', async () => {
  opa.write({
    'old/.manifest': '{"rego_version": 0, "file_rego_versions": {"/new/*.rego": 1}}',
    'old/p.rego': 'package p\n\nx[1] { true }\n',
    'old/new/q.rego': 'package q\n\nx contains 1 if true\n',
  });
  assert.deepEqual(await check('-b', 'old'), { code: 0, stdout: '', stderr: '' });
});

test('what is absent is an error', async () => {
  const { code, stderr } = await check('absent');
  assert.equal(code, 1);
  assert.equal(stderr, '1 error occurred during loading: stat absent: no such file or directory\n');
});
