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
    '2025-02-10T00:00:00Z',
    '2025-13-41T00:00:00Z',
    'e,f',
    '[g]',
    '',
  );
  const texts = fc.array(word, { maxLength: 3 }).map((words) => words.join(' '));
  const lead = fc.constantFrom(
    '',
    ' ',
    '  ',
    '    ',
    '- ',
    '  - ',
    'a: ',
    'b:',
    '  c: ',
    'd: >-',
    '  e: >-',
    '  f:',
    ' g: ',
  );
  const line = fc.tuple(lead, texts).map(([before, after]) => before + after);
  const simple = fc.constantFrom(
    'title: x',
    'custom:',
    '  n: y z',
    '  list:',
    '  - one',
    '  - two',
    'text: >-',
    '  folded',
    '',
    '  more',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 3, arbitrary: simple }, line), { maxLength: 9 }), (lines) => {
      const text = lines.join('\n');
      const read = readSimpleYaml(text);
      if (read) assert.deepEqual(read, anyYaml(text), JSON.stringify(text));
    }),
    { numRuns: 3000 },
  );
});

function anyYaml(text: string): unknown {
  try {
    return readAnyYaml(text);
  } catch (error) {
    if (error instanceof YamlFault) return error.message;
    throw error;
  }
}
