import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlannedImage } from '../plan/copy-plan.ts';
import { someDigest } from '../testing/consents.ts';
import { createReleaseRecord, type RecordFacts } from './release-record.ts';

const image: PlannedImage = {
  component: 'web',
  source: 'registry.test/team/web',
  digest: someDigest,
  target: 'registry.test:5000/released/web',
  manifests: [],
  evidenceTags: [],
  tags: ['1.0', 'latest'],
};
const facts: RecordFacts = {
  uid: '6d2f',
  release: 'team/one',
  releasePlan: 'team/shop',
  releasePlanAdmission: 'managed/shop',
  snapshot: 'team/shop-1',
  author: 'ann',
  standingAuthorization: false,
  environment: 'production',
  policySha256: 'f'.repeat(64),
  time: '2026-06-01T12:00:00Z',
};

test('a release record, field by field', () => {
  assert.deepEqual(createReleaseRecord(image, facts), {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ uri: 'oci://registry.test:5000/released/web', digest: { sha256: 'a'.repeat(64) } }],
    predicateType: 'https://in-toto.io/attestation/release/v0.1',
    predicate: {
      purl: `pkg:oci/web@sha256%3A${'a'.repeat(64)}?repository_url=registry.test%3A5000%2Freleased%2Fweb`,
      releaseId: '6d2f',
      component: 'web',
      tags: ['1.0', 'latest'],
      release: 'team/one',
      releasePlan: 'team/shop',
      releasePlanAdmission: 'managed/shop',
      snapshot: 'team/shop-1',
      author: 'ann',
      standingAuthorization: false,
      environment: 'production',
      time: '2026-06-01T12:00:00Z',
      policy: { digest: { sha256: 'f'.repeat(64) } },
    },
  });
});

test('without an environment there is none in it', () => {
  const { environment: _, ...rest } = facts;
  assert.ok(!('environment' in createReleaseRecord(image, rest).predicate!));
});
