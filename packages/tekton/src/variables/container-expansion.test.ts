import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandContainerVariables, expandEnvironment, expandText } from './container-expansion.ts';

const env = new Map([['NAME', 'value']]);
const cases: Array<[string, string]> = [
  ['$(NAME)', 'value'],
  ['a$(NAME)b', 'avalueb'],
  ['$$(NAME)', '$(NAME)'],
  ['$$$(NAME)', '$value'],
  ['$$$$', '$$'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$(params.x)', '$(params.x)'],
  ['$NAME ${NAME}', '$NAME ${NAME}'],
  ['$(NAME', '$(NAME'],
  ['end$', 'end$'],
];
for (const [text, expected] of cases) {
  test(`${text} becomes ${expected}`, () => assert.equal(expandText(text, env), expected));
}

test('a command line is expanded element by element', () => {
  assert.deepEqual(expandContainerVariables(['$(NAME)', '$$'], env), ['value', '$']);
});

test('an environment variable sees only those before it, and the later duplicate wins', () => {
  const result = expandEnvironment([
    { name: 'B', value: '$(A)' },
    { name: 'A', value: '1' },
    { name: 'C', value: '$(A)' },
    { name: 'A', value: '2' },
  ]);
  assert.deepEqual(Object.fromEntries(result), { B: '$(A)', A: '2', C: '1' });
});
