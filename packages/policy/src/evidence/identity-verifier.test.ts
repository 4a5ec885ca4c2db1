import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityMatcher } from './identity-verifier.ts';

const found = { subject: 'me@example.com', issuer: 'https://issuer.example' };

test('a subject is compared whole, not as a pattern', () => {
  const { issuer } = found;
  assert.ok(identityMatcher({ subject: 'me@example.com', issuer })(found));
  assert.ok(!identityMatcher({ subject: 'me@example', issuer })(found));
  assert.ok(!identityMatcher({ subject: 'me.example.com', issuer })(found));
});

test('a pattern is found anywhere', () => {
  assert.ok(identityMatcher({ subjectRegExp: '@example[.]com$', issuerRegExp: '^https://' })(found));
  assert.ok(!identityMatcher({ subjectRegExp: '@example[.]org$', issuerRegExp: '^https://' })(found));
});

test('who is vouched for by another issuer does not count', () => {
  assert.ok(!identityMatcher({ subject: found.subject, issuer: 'https://other.example' })(found));
});

test('half an identity matches nobody', () => {
  assert.ok(!identityMatcher({ subject: found.subject })(found));
  assert.ok(!identityMatcher({ issuer: found.issuer })(found));
});

test('what is no pattern is said so', () => {
  assert.throws(() => identityMatcher({ subjectRegExp: '(', issuerRegExp: '.' }), { code: 'InvalidPolicy' });
});
