import assert from 'node:assert/strict';
import test from 'node:test';
import type { RegoType } from './builtin.ts';
import { checkCases } from './check-builtin.ts';
import { coreBuiltins } from './core.ts';
import { tracingBuiltins } from './tracing.ts';

test('every builtin has a name of its own and says what it does', () => {
  const names = coreBuiltins.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, description } of coreBuiltins) assert.match(description ?? '', /^[A-Z].*[.]$/s, name);
});

test('alternatives of types stand in the order in which they are printed', () => {
  const order = ['null', 'boolean', 'number', 'string', 'array', 'object', 'set', 'any'];
  const check = (type: RegoType, name: string): void => {
    if (type.type === 'any' && type.of) {
      const places = type.of.map((part) => order.indexOf(part.type));
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
        name,
      );
      for (const part of type.of) check(part, name);
    }
    if (type.type === 'array' && type.dynamic) check(type.dynamic, name);
    if (type.type === 'set' && type.of) check(type.of, name);
  };
  for (const { name, args, result } of coreBuiltins) for (const type of [...args, result]) check(type, name);
});

checkCases(tracingBuiltins, [
  ['trace', ['"x"'], 'true'],
  ['trace', ['1'], 'type error: operand 1 must be string but got number'],
]);
