import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyError, type PolicyErrorCode } from '../error.ts';
import { parseTime, readEffectiveTime } from './effective-time.ts';
import { readPolicySpec } from './read-policy.ts';

function refuses(run: () => unknown, code: PolicyErrorCode, text: RegExp): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof PolicyError);
    assert.equal(error.code, code);
    assert.match(error.message, text);
    return true;
  });
}

const source = 'sources: [{policy: [oci::quay.io/x/y:latest]}]';

test('a spec is read bare or from a whole object', () => {
  assert.deepEqual(readPolicySpec(`{${source}}`, 'p'), {
    sources: [{ policy: ['oci::quay.io/x/y:latest'] }],
  });
  const whole = `apiVersion: appstudio.redhat.com/v1alpha1\nkind: EnterpriseContractPolicy\nspec:\n  ${source}`;
  assert.deepEqual(readPolicySpec(whole, 'p'), { sources: [{ policy: ['oci::quay.io/x/y:latest'] }] });
});

test('every wrong field is named with its path', () => {
  refuses(
    () => readPolicySpec('{sources: [{policy: [], config: {includes: []}}], publicKy: x}', 'ecp.yaml'),
    'InvalidPolicy',
    /^ecp\.yaml: .*sources\[0\]\.policy: .*sources\[0\]\.config: .*publicKy/,
  );
});

test('a volatile entry has one scope at most, and its scopes have their forms', () => {
  const entry = (fields: string) =>
    readPolicySpec(`sources: [{policy: [p], volatileConfig: {exclude: [{value: a.b, ${fields}}]}}]`, 'p');
  entry('imageUrl: quay.io/team/app');
  entry(`imageDigest: "sha256:${'a'.repeat(64)}"`);
  refuses(() => entry('imageUrl: quay.io/team/app, componentNames: [x]'), 'InvalidPolicy', /at most one of/);
  refuses(() => entry('imageUrl: quay.io/team/app:tag'), 'InvalidPolicy', /without a tag/);
  refuses(() => entry('imageRef: sha256:1'), 'InvalidPolicy', /64 hexadecimal digits/);
});

test('what is no policy is refused with its place', () => {
  refuses(() => readPolicySpec('[1]', 'p.yaml'), 'InvalidPolicy', /^p\.yaml: /);
  refuses(() => readPolicySpec('a: [', 'p.yaml'), 'InvalidPolicy', /^p\.yaml: /);
});

test('an alias bomb is refused', () => {
  const levels = Array.from({ length: 9 }, (_, level) =>
    level === 0
      ? 'l0: &l0 [x, x]'
      : `l${level}: &l${level} [${Array(10)
          .fill(`*l${level - 1}`)
          .join(', ')}]`,
  );
  refuses(() => readPolicySpec(levels.join('\n'), 'p'), 'InvalidPolicy', /alias/i);
});

const now = new Date('2026-06-01T12:00:00Z');

test('an effective time is now, attestation, a time or a day', () => {
  assert.equal(readEffectiveTime('now', now, false), now);
  assert.equal(readEffectiveTime('attestation', now, false), 'attestation');
  assert.deepEqual(readEffectiveTime('2026-07-01', now, false), new Date('2026-07-01T00:00:00Z'));
  assert.deepEqual(
    readEffectiveTime('2026-07-01T02:00:00+02:00', now, false),
    new Date('2026-07-01T00:00:00Z'),
  );
});

test('a past effective time needs consent', () => {
  refuses(
    () => readEffectiveTime('2026-01-01', now, false),
    'InvalidEffectiveTime',
    /^effective time 2026-01-01T00:00:00Z is in the past; use --allow-past-effective-time to override$/,
  );
  assert.deepEqual(readEffectiveTime('2026-01-01', now, true), new Date('2026-01-01T00:00:00Z'));
  assert.deepEqual(readEffectiveTime('2026-06-01T11:59:59Z', now, false), new Date('2026-06-01T11:59:59Z'));
});

test('what is no time is none', () => {
  for (const text of ['', 'tomorrow', '2026-13-01', '2026-1-1', '2026-01-01 00:00:00'])
    assert.equal(parseTime(text), undefined);
});
