import type { SnapshotComponent, SnapshotSpec } from '../snapshot/snapshot.ts';
import type { PolicySpec } from '../spec/policy-spec.ts';
import type { ImageEvidence } from './image-evidence.ts';

/** What the policy is asked about: Conforma's input document for one image. Statements are as they were signed. */
export function inputDocument(
  component: SnapshotComponent,
  evidence: ImageEvidence,
  snapshot: SnapshotSpec,
  policy: PolicySpec,
): Record<string, unknown> {
  const { config, parent } = evidence.configs;
  return {
    attestations: evidence.attestations.map(({ statement, signatures }) => ({
      statement,
      ...(signatures.length > 0 && { signatures }),
    })),
    image: {
      ref: evidence.reference,
      ...(evidence.signatures.length > 0 && { signatures: evidence.signatures }),
      ...(config && { config }),
      ...(parent && { parent }),
      ...(Object.keys(evidence.files).length > 0 && { files: evidence.files }),
      source: component.source,
    },
    snapshot,
    ...(component.name !== '' && { component_name: component.name }),
    policy_spec: policy,
  };
}
