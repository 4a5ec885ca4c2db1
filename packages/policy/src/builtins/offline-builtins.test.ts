import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '@assay/rego';
import { offlineBuiltins } from './offline-builtins.ts';

const builtins = offlineBuiltins();

function evaluate(rules: string): Record<string, unknown>[] {
  const policy = compile({ modules: { 'p.rego': `package p\n\n${rules}\n` }, builtins });
  return policy.evaluate('data.p.x = value', { strictBuiltinErrors: true });
}

test("all of Conforma's functions are there", () => {
  const families = builtins.map(({ name }) => name.split('.').slice(0, 2).join('.'));
  assert.deepEqual([...new Set(families)].sort(), ['ec.oci', 'ec.purl', 'ec.sigstore']);
  assert.ok(builtins.length >= 14);
});

test('package URLs are read', () => {
  assert.deepEqual(evaluate('x := ec.purl.parse("pkg:npm/left-pad@1.0.0").version'), [{ value: '1.0.0' }]);
});

test('registries are not: the call fails, unless it is replaced', () => {
  assert.throws(
    () => evaluate('x := ec.oci.blob("registry.example/a@sha256:0")'),
    /replace this function by with/,
  );
  const replaced = evaluate('x := y if y := ec.oci.blob("a") with ec.oci.blob as "text"');
  assert.deepEqual(replaced, [{ value: 'text' }]);
});

test('their types are checked as those of the real ones', () => {
  assert.throws(() => evaluate('x := ec.oci.image_manifest("a").layer'), /undefined ref/);
});
