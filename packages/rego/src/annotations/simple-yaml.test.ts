import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readAnyYaml, YamlFault } from './metadata-yaml.ts';
import { readSimpleYaml } from './simple-yaml.ts';

const usual = `title: Task kind
description: >-
  Verify that a definition has
  the expected kind.

  A second paragraph: with a colon.

custom:
  short_name: expected_kind
  effective_on: 2025-02-10T00:00:00Z
  effective_off: "2026-02-10"
  pattern: '%s "x"'
  failure_msg: Found %q of '%s' (100%)
  collections:
  - minimal
  - redhat
  solution: >-
    Do # what is said.
authors:
  - Ada Lovelace <ada@example.com>
`;

test('the usual block is read without the library', () => {
  const read = readSimpleYaml(usual);
  assert.deepEqual(read, readAnyYaml(usual));
  assert.equal(
    read?.get('description'),
    'Verify that a definition has the expected kind.\nA second paragraph: with a colon.',
  );
});

test('what has another form is left to the library', () => {
  for (const text of [
    '',
    'a: 1',
    'a: "x\\n"',
    "a: 'it''s'",
    'a: "x" y',
    'a: 2025-02-10T00:00:00+01:00',
    'a: yes # why',
    'a: true',
    'a: Null',
    'a: b: c',
    'a: b:',
    'a: 2025-01-01',
    'a:\n',
    'a: x\na: y',
    'a: x\n  y',
    'a: >\n  x',
    'a: >-\n  x\n   y',
    'a: >-\n\n  x',
    'a: >-\n  x \n  y',
    'a: >-\nb: x',
    'a:\n- b: c',
    'a:\n- b\n  c',
    'a: é',
    'null: x',
    ' a: x\nb: y',
    'a:\n  b: x\n c: y',
    '- a',
    'a: x\n---\nb: y',
    'a: x\tz',
    'a: x ',
    'a: &b x\nc: *b',
    'a: .inf',
    'a:\n\t- b',
    'a:\n  - b\n - c',
  ])
    assert.equal(readSimpleYaml(text), undefined, JSON.stringify(text));
});

test('what is read reads the same by the library', () => {
  const word = fc.constantFrom(
    ...[
      'x',
      'yes',
      'No',
      '%s',
      "it's",
      'a:b',
      '#c',
      'true',
      'd#',
      '1',
      '-',
      '- y',
      ':',
      '>-',
      '"q"',
      '"',
      "'r'",
      "'",
      'e,f',
    ],
    ...['[g]', '{h', '&i', '*i', '|', '2025-02-10T00:00:00Z', '2025-13-41T00:00:00Z', 'https://a.b/c', ''],
  );
  const value = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
  const lines = fc
    .tuple(value, value, value, value, value)
    .map(([a, b, c, d, e]) => [
      `title: ${a}`,
      'custom:',
      `  name: ${b}`,
      '  list:',
      '  - one',
      `  - ${c}`,
      '',
      'text: >-',
      `  ${d}`,
      '',
      `  ${e}`,
      '  y',
      '',
    ]);
  const kept = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 13, maxLength: 13 });
  let simple = 0;
  fc.assert(
    fc.property(lines, kept, (all, keep) => {
      const text = all.filter((_, index) => keep[index] !== 0).join('\n');
      const read = readSimpleYaml(text);
      if (!read) return;
      simple += 1;
      assert.deepEqual(read, anyYaml(text), JSON.stringify(text));
    }),
    { numRuns: 3000 },
  );
  assert.ok(simple > 100, `${simple} simple ones`);
});

function anyYaml(text: string): unknown {
  try {
    return readAnyYaml(text);
  } catch (error) {
    if (error instanceof YamlFault) return error.message;
    throw error;
  }
}
