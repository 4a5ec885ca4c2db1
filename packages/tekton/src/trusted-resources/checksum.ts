import { createHash } from 'node:crypto';
import type { ObjectMeta } from '@assay/kube';
import { TektonError } from '../error.ts';
import type { Definition } from '../resolvers/resolver.ts';
import { goJson } from './go-json.ts';

/** Added by others after signing. */
const ignored = [
  'kubectl-client-side-apply',
  'kubectl.kubernetes.io/last-applied-configuration',
  'tekton.dev/signature',
];

function signedMetadata({ name, generateName, namespace, labels, annotations }: ObjectMeta) {
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !ignored.includes(key));
  return { name, generateName, namespace, labels, annotations: Object.fromEntries(kept) };
}

const versions: Readonly<Record<string, string>> = {
  Task: 'tekton.dev/v1',
  Pipeline: 'tekton.dev/v1',
  StepAction: 'tekton.dev/v1beta1',
};

/**
 * What a signature of Tekton's trusted resources covers: SHA-256 over Go's JSON of kind, API version, the author's
 * metadata and the spec, as it is before defaults change.
 * @returns 32 bytes
 * @throws TektonError VerificationFailed for an API version whose bytes are not known here
 */
export function definitionChecksum(definition: Definition): Buffer {
  const { apiVersion, kind, metadata, spec } = definition;
  if (versions[kind] !== apiVersion) {
    throw new TektonError(
      'VerificationFailed',
      `resource type not supported: resource ${apiVersion} ${kind} is not a Hashable type`,
      {
        hint: `sign it as ${versions[kind] ?? 'tekton.dev/v1'}`,
      },
    );
  }
  const text = goJson(kind, { kind, apiVersion, metadata: signedMetadata(metadata ?? {}), spec });
  return createHash('sha256').update(text).digest();
}
