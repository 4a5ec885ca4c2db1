import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createVerificationSummary,
  type SummaryDemands,
  type SummaryOptions,
  summaryObjection,
} from './verification-summary.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const time = new Date('2026-06-01T00:00:00Z');
const options: SummaryOptions = {
  image: { repository: 'registry.example/team/app', digest },
  verifier: { id: 'https://assay.example/gate', version: { assay: '0.1.0' } },
  policy: { uri: 'file:policy.yaml', sha256: 'b'.repeat(64) },
  inputAttestations: [`sha256:${'c'.repeat(64)}`],
  passed: true,
  time,
};
const demands: SummaryDemands = {
  digest,
  verifierId: 'https://assay.example/gate',
  policySha256: 'b'.repeat(64),
  now: new Date('2026-06-02T00:00:00Z'),
  maxAgeMs: 7 * 24 * 3600 * 1000,
};

test('a summary has the members that SLSA 1.2 asks for', () => {
  assert.deepEqual(createVerificationSummary({ ...options, levels: ['SLSA_BUILD_LEVEL_3'] }), {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ uri: 'oci://registry.example/team/app', digest: { sha256: 'a'.repeat(64) } }],
    predicateType: 'https://slsa.dev/verification_summary/v1',
    predicate: {
      verifier: { id: 'https://assay.example/gate', version: { assay: '0.1.0' } },
      timeVerified: '2026-06-01T00:00:00Z',
      resourceUri: `oci://registry.example/team/app@${digest}`,
      policy: { uri: 'file:policy.yaml', digest: { sha256: 'b'.repeat(64) } },
      inputAttestations: [{ digest: { sha256: 'c'.repeat(64) } }],
      verificationResult: 'PASSED',
      verifiedLevels: ['SLSA_BUILD_LEVEL_3'],
      slsaVersion: '1.2',
    },
  });
});

test('a refusal claims no level, and a pass no more than was evaluated', () => {
  const levels = (passed: boolean) =>
    createVerificationSummary({ ...options, passed }).predicate.verifiedLevels;
  assert.deepEqual(levels(false), ['FAILED']);
  assert.deepEqual(levels(true), ['SLSA_BUILD_LEVEL_UNEVALUATED']);
});

test('a fresh summary of this image and policy by this verifier stands', () => {
  assert.equal(summaryObjection(createVerificationSummary(options), demands), undefined);
});

for (const [name, change, demand, objection] of [
  ['a refusal', { passed: false }, {}, /result is FAILED/],
  ['another image', {}, { digest: `sha256:${'d'.repeat(64)}` }, /another image/],
  ['another verifier', {}, { verifierId: 'https://else.example' }, /made by https:\/\/assay/],
  ['another policy', {}, { policySha256: 'e'.repeat(64) }, /another policy/],
  ['an old summary', {}, { now: new Date('2026-06-09T00:00:00Z') }, /expired/],
  ['a summary from the future', {}, { now: new Date('2026-05-31T23:00:00Z') }, /future/],
] as const) {
  test(`${name} is not relied on`, () => {
    const statement = createVerificationSummary({ ...options, ...change });
    assert.match(summaryObjection(statement, { ...demands, ...demand }) ?? '', objection);
  });
}

test('a statement of another kind, or with nothing in it, is not relied on', () => {
  const statement = createVerificationSummary(options);
  assert.match(summaryObjection({ ...statement, predicateType: 'x' }, demands) ?? '', /it is x/);
  assert.ok(summaryObjection({ ...statement, predicate: {} }, demands));
});
