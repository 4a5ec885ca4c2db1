import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { OpaProcess } from './testing/opa-process.ts';

const opa = new OpaProcess({
  'own.rego': 'package p\n\nx := ext.lookup("a", 1)\n',
  'own_test.rego': 'package p_test\n\ntest_x if data.p.x == 2 with ext.lookup as 2\n',
});
after(() => opa.close());

test('--current has the builtins with their types, and the features', async () => {
  const { code, stdout } = await opa.run(['capabilities', '--current']);
  assert.equal(code, 0);
  const { builtins, features } = JSON.parse(stdout);
  const count = builtins.find(({ name }: { name: string }) => name === 'count');
  assert.equal(count.decl.type, 'function');
  assert.deepEqual(count.decl.result, { type: 'number' });
  assert.ok(features.includes('rego_v1'));
  const names = builtins.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, [...names].sort());
  assert.ok(!names.includes('http.send') && !names.includes('net.lookup_ip_addr'));
});

test('the current capabilities, and the version by its name, are the same document', async () => {
  const { stdout: versions } = await opa.run(['capabilities']);
  const named = await opa.run(['capabilities', '--version', versions.trim()]);
  assert.equal(named.stdout, (await opa.run(['capabilities', '--current'])).stdout);
  const unknown = await opa.run(['capabilities', '--version', 'v0.1.0']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /no capabilities version found v0\.1\.0/);
});

test('what --current prints is what --capabilities takes, with the functions of another program added', async () => {
  const current = JSON.parse((await opa.run(['capabilities', '--current'])).stdout);
  const decl = {
    type: 'function',
    args: [{ type: 'string' }, { type: 'number' }],
    result: { type: 'number' },
  };
  current.builtins.push({ name: 'ext.lookup', decl });
  opa.write({ 'capabilities.json': JSON.stringify(current) });
  assert.equal((await opa.run(['check', 'own.rego'])).code, 1);
  assert.equal((await opa.run(['check', '--capabilities', 'capabilities.json', 'own.rego'])).code, 0);
  const tests = await opa.run(['test', '--capabilities', 'capabilities.json', '.']);
  assert.deepEqual([tests.code, tests.stdout], [0, 'PASS: 1/1\n']);
});

test('a file that is no JSON object is refused', async () => {
  opa.write({ 'bad.json': '[' });
  const { code, stderr } = await opa.run(['capabilities', '--file', 'bad.json']);
  assert.equal(code, 1);
  assert.match(stderr, /^capabilities bad\.json: /);
});
