import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Findings, formatFieldErrors, requireLevel } from './field-error.ts';

test('equal messages merge their paths, and everything is sorted', () => {
  const findings = new Findings();
  const spec = findings.at('spec');
  spec.missing('steps');
  spec.at('params', 'x').missing('value');
  spec.at('steps', 1).invalid('z', 'name');
  assert.equal(
    formatFieldErrors(findings.errors),
    'invalid value: z: spec.steps[1].name\nmissing field(s): spec.params[x].value, spec.steps',
  );
});

test('details go below; an error without path ends in a colon and a space', () => {
  assert.equal(
    formatFieldErrors([
      { message: 'm', paths: ['a'], details: 'd' },
      { message: 'n', paths: [] },
    ]),
    'm: a\nd\nn: ',
  );
});

test('errors with different details stay apart', () => {
  const errors = [
    { message: 'm', paths: ['a'], details: 'd' },
    { message: 'm', paths: ['b'] },
  ];
  assert.equal(formatFieldErrors(errors), 'm: b\nm: a\nd');
});

test('feature gates say what is needed and what is set', () => {
  const findings = new Findings();
  requireLevel(findings, 'debug', 'alpha', 'beta');
  requireLevel(findings, 'matrix', 'beta', 'stable');
  requireLevel(findings, 'matrix', 'beta');
  assert.deepEqual(
    findings.errors.map(({ message }) => message),
    [
      'debug requires "enable-api-fields" feature gate to be "alpha" but it is "beta"',
      'matrix requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable"',
    ],
  );
});
