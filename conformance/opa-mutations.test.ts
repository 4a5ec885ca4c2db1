import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { failureOf, type OpaCase, readCases } from './opa-cases.ts';
import { regoEngine } from './opa-engine.ts';
import { checkMutations } from './opa-mutations.ts';

const directory = mkdtempSync(join(tmpdir(), 'opa-cases-'));
after(() => rmSync(directory, { recursive: true }));

const modules = ['package p\n\nq := 1 + count(input)\n\nr := 1\n\nr := 2 if input\n'];
const cases = [
  { note: 'a value', query: 'data.p.q = x', modules, input: ['a'], want_result: [{ x: 2 }] },
  { note: 'undefined', query: 'data.p.q = x', modules, want_result: [] },
  {
    note: 'a conflict',
    query: 'data.p.r = x',
    modules,
    input: 1,
    want_error_code: 'eval_conflict_error',
    want_error: 'complete rules must not produce multiple outputs',
  },
  {
    note: 'a type error',
    query: 'to_number(input) = x',
    modules: [],
    input: [],
    strict_error: true,
    want_error_code: 'eval_type_error',
    want_error: 'to_number: operand 1 must be',
  },
];
mkdirSync(join(directory, 'some'));
writeFileSync(join(directory, 'some', 'test-some.json'), JSON.stringify({ cases }));

function readOne(note: string): OpaCase {
  return readCases(directory).find((one) => one.note === note)!;
}

test('the engine passes cases that are right', () => {
  for (const one of readCases(directory)) assert.equal(failureOf(one, regoEngine), undefined, one.note);
});

test('a case with a wrong result, code or text fails', () => {
  const value = readOne('a value');
  assert.match(failureOf({ ...value, wantResult: [] }, regoEngine) ?? '', /^got /);
  assert.match(failureOf({ ...value, wantResult: undefined }, regoEngine) ?? '', /an error is wanted/);
  const conflict = readOne('a conflict');
  assert.match(failureOf({ ...conflict, wantCode: 'eval_type_error' }, regoEngine) ?? '', /^code /);
  assert.match(failureOf({ ...conflict, wantError: 'something else' }, regoEngine) ?? '', /^text /);
});

test('a case whose modules do not compile fails, whatever error it wants', () => {
  const broken = { ...readOne('a conflict'), modules: ['package p\n\nr := undefined_function(1)\n'] };
  assert.match(failureOf(broken, regoEngine) ?? '', /^does not compile/);
});

test('every wrong engine is noticed by every case that must', () => {
  const checked = checkMutations(readCases(directory), regoEngine);
  for (const { name, noticed, expected } of checked) {
    assert.ok(expected > 0, name);
    assert.equal(noticed, expected, name);
  }
});
