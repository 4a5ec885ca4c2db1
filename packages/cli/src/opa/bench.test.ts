import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { OpaProcess } from './testing/opa-process.ts';

const opa = new OpaProcess({
  'policy.rego': 'package p\n\nallow if input.x == 1\n',
  'input.json': '{"x": 1}',
});
after(() => opa.close());

const bench = (...args: string[]) =>
  opa.run(['bench', '--seconds', '0', '-d', 'policy.rego', '-i', 'input.json', ...args]);

test('prints how long an evaluation takes, and the spread', async () => {
  const { code, stdout } = await bench('data.p.allow');
  assert.equal(code, 0);
  assert.match(stdout, /│ samples +│ \d+ +│/);
  assert.match(stdout, /│ ns\/op +│ \d+ +│/);
  assert.match(stdout, /│ histogram_timer_rego_query_eval_ns_99% +│ \d+ +│/);
});

test('--metrics=false and --benchmem=false leave out what they say', async () => {
  const { stdout } = await bench('--metrics=false', '--benchmem=false', 'data.p.allow');
  assert.doesNotMatch(stdout, /histogram|B\/op/);
});

test('gobench is for the tools of Go, a line for each of --count', async () => {
  const { stdout } = await bench('-f', 'gobench', '--count', '2', 'data.p.allow');
  assert.match(stdout, /^(BenchmarkDataPAllow\t\d+\t\d+ ns\/op\t\d+ B\/op\n){2}$/);
});

test('json has the number of runs and their time', async () => {
  const { N, T, Extra } = JSON.parse((await bench('-f', 'json', 'data.p.allow')).stdout);
  assert.ok(N >= 10 && T > 0);
  assert.ok(Extra.histogram_timer_rego_query_eval_ns_max > 0);
});

test('an undefined result is an error unless --fail=false', async () => {
  const undefined_ = await bench('data.p.absent');
  assert.deepEqual([undefined_.code, undefined_.stderr], [1, 'undefined result\n']);
  assert.equal((await bench('--fail=false', 'data.p.absent')).code, 0);
});
