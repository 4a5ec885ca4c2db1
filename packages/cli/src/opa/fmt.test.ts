import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { OpaProcess } from './testing/opa-process.ts';

const ugly = 'package p\nallow   if {  input.x==1 }\n';
const tidy = 'package p\n\nallow if input.x == 1\n';
const opa = new OpaProcess({
  'ugly.rego': ugly,
  'tidy.rego': tidy,
  'broken.rego': 'package p\n\nallow if {\n',
  'tree/a/ugly.rego': ugly,
  'tree/tidy.rego': tidy,
  'tree/note.txt': 'not Rego',
  'v0.rego': 'package p\n\ndeny[msg] { msg := "no" }\n',
});
after(() => opa.close());

const format = (...args: string[]) => opa.run(['fmt', ...args]);
const content = (name: string) => readFileSync(join(opa.directory, name), 'utf8');

test('prints the formatted files', async () => {
  assert.deepEqual(await format('ugly.rego'), { code: 0, stdout: tidy, stderr: '' });
  assert.equal(content('ugly.rego'), ugly);
});

test('formats standard input', () => {
  const main = join(import.meta.dirname, '..', 'main.ts');
  const options = { input: ugly, encoding: 'utf8' } as const;
  const { stdout, status } = spawnSync(process.execPath, [main, 'opa', 'fmt'], options);
  assert.equal(stdout, tidy);
  assert.equal(status, 0);
});

test('--list names the files that would change, in directories too', async () => {
  const { code, stdout } = await format('--list', 'tree', 'ugly.rego');
  assert.equal(code, 0);
  assert.equal(stdout, `${join('tree', 'a', 'ugly.rego')}\nugly.rego\n`);
});

test('--fail exits 2 at the first file that would change', async () => {
  assert.equal((await format('--fail', 'tidy.rego')).code, 0);
  const { code, stdout, stderr } = await format('--list', '--fail', 'tree');
  assert.deepEqual([code, stdout, stderr], [2, `${join('tree', 'a', 'ugly.rego')}\n`, 'unexpected diff\n']);
});

test('--diff shows the changes', async () => {
  const { stdout } = await format('--diff', 'ugly.rego', 'tidy.rego');
  assert.equal(
    stdout,
    `--- ugly.rego
+++ ugly.rego (formatted)
@@ -1,2 +1,3 @@
 package p
-allow   if {  input.x==1 }
+
+allow if input.x == 1
`,
  );
});

test('--write writes, and leaves tidy files alone', async () => {
  opa.write({ 'written.rego': ugly });
  assert.deepEqual(await format('-w', 'written.rego', 'tidy.rego'), { code: 0, stdout: '', stderr: '' });
  assert.equal(content('written.rego'), tidy);
});

test('a file that does not parse is told and left as it is', async () => {
  const { code, stdout, stderr } = await format('-w', 'broken.rego');
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^failed to format Rego source file: 1 error occurred: broken\.rego:\d+: rego_parse_error: /,
  );
  assert.equal(content('broken.rego'), 'package p\n\nallow if {\n');
});

test('--v0-v1 writes what both versions of Rego read', async () => {
  const { stdout } = await format('--v0-v1', 'v0.rego');
  assert.equal(stdout, 'package p\n\nimport rego.v1\n\ndeny contains msg if msg := "no"\n');
  assert.equal((await format('v0.rego')).code, 2);
  assert.equal((await format('--v0-compatible', 'v0.rego')).code, 0);
});

test('--drop-v0-imports leaves the imports out', async () => {
  opa.write({ 'imports.rego': 'package p\n\nimport rego.v1\n\nallow if input.x\n' });
  assert.equal((await format('--drop-v0-imports', 'imports.rego')).stdout, 'package p\n\nallow if input.x\n');
  assert.match((await format('imports.rego')).stdout, /import rego\.v1/);
});

test('the check of the result can be turned off', async () => {
  assert.equal((await format('--check-result=false', 'ugly.rego')).stdout, tidy);
});

test('an absent file is an error', async () => {
  const { code, stderr } = await format('absent.rego');
  assert.deepEqual([code, stderr], [1, 'lstat absent.rego: no such file or directory\n']);
});
