import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admittedAnnotations } from './labels.ts';

test('a new run cannot claim to be signed', () => {
  const given = { 'chains.tekton.dev/signed': 'true', 'example.com/note': 'x' };
  assert.deepEqual(admittedAnnotations(given), { 'example.com/note': 'x' });
});
