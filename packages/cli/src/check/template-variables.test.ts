import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillVariables } from './template-variables.ts';

const values = { revision: 'abc', source_url: 'http://host/app.git' };

test('variables are filled with or without spaces, in and out of quotes', () => {
  const { text } = fillVariables("url: {{source_url}}\nrevision: '{{ revision }}-{{revision}}'\n", values);
  assert.equal(text, "url: http://host/app.git\nrevision: 'abc-abc'\n");
});

test('what has no value stays, and is told once', () => {
  const source = '{{ body.head_commit.id }} {{ company }} {{ company }} {{ headers["X-Event"] }}';
  assert.deepEqual(fillVariables(source, values), {
    text: source,
    unfilled: ['body.head_commit.id', 'company', 'headers["X-Event"]'],
  });
});

test("a program's own templates are left alone", () => {
  const source = 'skopeo inspect --format "{{.Digest}}" {{ range .Items }} ${{x}} {{}} $(params.a)';
  assert.deepEqual(fillVariables(source, values), { text: source, unfilled: [] });
});

test('names of objects every value inherits from are no variables', () => {
  assert.equal(fillVariables('{{ constructor }}', values).text, '{{ constructor }}');
});

test('a value with a dollar sign comes as it is', () => {
  assert.equal(fillVariables('{{ revision }}', { revision: "$&$1$'" }).text, "$&$1$'");
});
