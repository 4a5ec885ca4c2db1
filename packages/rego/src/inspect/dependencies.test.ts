import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../evaluate/policy.ts';
import { dependenciesOf } from './dependencies.ts';

const policy = compile({
  modules: {
    'p.rego': `package p

allow if is_admin

is_admin if input.user.role == data.roles.admin

f(x) := data.table[x]

looked_up := f(input.key)
`,
  },
});

function dependencies(query: string) {
  const { base, virtual } = dependenciesOf(policy, query);
  return { base: base.map((path) => path.join('.')), virtual: virtual.map((path) => path.join('.')) };
}

test('a query depends on the rules that it reaches, and on what these read', () => {
  assert.deepEqual(dependencies('data.p.allow'), {
    base: ['data.roles.admin', 'input.user.role'],
    virtual: ['data.p.allow', 'data.p.is_admin'],
  });
});

test('functions are gone through', () => {
  assert.deepEqual(dependencies('data.p.looked_up').base, ['data.table', 'input.key']);
});

test('documents of the query itself count', () => {
  assert.deepEqual(dependencies('input.a + data.b'), { base: ['data.b', 'input.a'], virtual: [] });
});
