import { digestSet, type Statement, statementTypes } from '@assay/attestation';
import type { PlannedImage } from '../plan/copy-plan.ts';

/** in-toto attestation, "Release" predicate v0.1. */
export const releaseRecordType = 'https://in-toto.io/attestation/release/v0.1';

/** What a release record says beside the image. */
export interface RecordFacts {
  /** Of the Release. */
  uid: string;
  /** `namespace/name`, as are the next three. */
  release: string;
  releasePlan: string;
  releasePlanAdmission: string;
  snapshot: string;
  author: string;
  standingAuthorization: boolean;
  environment?: string;
  policySha256: string;
  time: string;
}

/**
 * The statement that an image was released, by whose consent, and where to. `purl` and `releaseId` are the predicate's own
 * fields; the others extend it, as in-toto allows, by what a reader needs to find the two consents.
 */
export function createReleaseRecord(image: PlannedImage, facts: RecordFacts): Statement {
  const { uid, policySha256, ...consent } = facts;
  const name = image.target.split('/').at(-1)!;
  const where = encodeURIComponent(image.target);
  return {
    _type: statementTypes.v1,
    subject: [{ uri: `oci://${image.target}`, digest: digestSet(image.digest) }],
    predicateType: releaseRecordType,
    predicate: {
      purl: `pkg:oci/${name}@${encodeURIComponent(image.digest)}?repository_url=${where}`,
      releaseId: uid,
      component: image.component,
      tags: image.tags,
      ...consent,
      policy: { digest: { sha256: policySha256 } },
    },
  };
}
