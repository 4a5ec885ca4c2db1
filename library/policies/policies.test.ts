import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { offlineBuiltins } from '@assay/policy';
import { Coverage, formatModule, prepareTests } from '@assay/rego';
import { policyModules, policyRules, ruleTables } from './rule-table.ts';

const page = resolve(import.meta.dirname, '../../docs/reference/policies.md');
const modules = await policyModules({ tests: true });
const rules = await policyRules();

test('the policies pass their tests, which evaluate every line of them', () => {
  const tracer = new Coverage();
  const run = prepareTests({ modules, builtins: offlineBuiltins(), tracer });
  const results = [...run.results()];
  const failed = results.filter(({ outcome }) => outcome !== 'pass');
  assert.deepEqual(
    failed.map(({ package: owner, name, error }) => `${owner}.${name}: ${error?.message ?? 'is not true'}`),
    [],
  );
  assert.ok(results.length > 200);
  const missed = Object.entries(tracer.report(run.suite.modules).files).flatMap(([file, { not_covered }]) =>
    (not_covered ?? []).map(({ start }) => `${file}:${start.row}`),
  );
  assert.deepEqual(missed, []);
});

test('the policies are formatted as OPA formats them', () => {
  const odd = Object.entries(modules).filter(([file, text]) => formatModule(text, { file }) !== text);
  assert.deepEqual(
    odd.map(([file]) => file),
    [],
  );
});

test('every rule says what it asks, what is wrong otherwise, and what to do then', () => {
  for (const rule of rules) {
    assert.match(rule.code, /^[a-z0-9_]+\.[a-z0-9_]+$/);
    for (const field of ['packageTitle', 'packageDescription', 'title', 'description', 'message', 'solution'])
      assert.ok((rule as unknown as Record<string, string>)[field] !== '', `${rule.code} has a ${field}`);
    assert.equal(rule.collections.length > 0, rule.kind === 'release', `${rule.code} is in a collection`);
  }
});

test('rules have codes of their own, and depend on rules that there are', () => {
  const codes = rules.map(({ code }) => code);
  assert.equal(new Set(codes).size, codes.length);
  for (const { code, dependsOn } of rules) {
    for (const other of dependsOn) assert.ok(codes.includes(other), `${code} depends on ${other}`);
  }
});

test('every body of a rule that reports has annotations, since its code comes from them', () => {
  for (const [file, text] of Object.entries(modules)) {
    if (file.endsWith('_test.rego')) continue;
    const bodies = [...text.matchAll(/^(deny|warn) contains /gm)].length;
    const annotated = [...text.matchAll(/^# {3}short_name: /gm)].length;
    assert.equal(bodies, annotated, file);
  }
});

test('the reference has every rule (UPDATE_GOLDEN=1 writes it)', () => {
  const text = readFileSync(page, 'utf8');
  const updated = text.replace(
    /(<!-- rules -->\n)[\s\S]*(<!-- end of rules -->)/,
    (_, start: string, end: string) => `${start}\n${ruleTables(rules)}\n${end}`,
  );
  if (process.env.UPDATE_GOLDEN) writeFileSync(page, updated);
  else assert.equal(text, updated);
});

test('the reference has every key of rule data', () => {
  const used = new Set(
    Object.entries(modules)
      .filter(([file]) => !file.endsWith('_test.rego'))
      .flatMap(([, text]) => [
        ...text.matchAll(/(?:settings\.(?:get|problems)|_items|_ended|references)\([^"()]*"([a-z_]+)"/g),
        ...text.matchAll(/^\t{1,2}"([a-z_]+)": (?:schema\.|words|levels|_item)/gm),
      ])
      .map(([, key]) => key!),
  );
  const defaults = readFileSync(join(import.meta.dirname, 'lib/defaults.rego'), 'utf8');
  for (const [, key] of defaults.matchAll(/^\t"([a-z_]+)":/gm)) used.add(key!);
  const described = new Set(
    [...readFileSync(page, 'utf8').matchAll(/^\| ((?:`[a-z_]+`(?:, )?)+) \|/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([a-z_]+)`/g)].map(([, key]) => key!),
    ),
  );
  assert.deepEqual(
    [...used].filter((key) => !described.has(key)),
    [],
  );
});
