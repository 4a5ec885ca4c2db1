import type { FeatureFlags } from '@assay/tekton';

/**
 * A factory's switches as Tekton shows them in `status.provenance.featureFlags` of its runs: only what is set, in
 * Tekton's spelling there.
 */
export function recordedFeatureFlags(flags: FeatureFlags): Record<string, unknown> {
  const { enableApiFields = 'beta', disableInlineSpec = [], ...others } = flags;
  const recorded: Record<string, unknown> = {
    runningInEnvWithInjectedSidecars: true,
    awaitSidecarReadiness: true,
    enforceNonfalsifiability: 'none',
    verificationNoMatchPolicy: 'ignore',
    enableProvenanceInStatus: true,
    resultExtractionMethod: 'termination-message',
    ...others,
    enableAPIFields: enableApiFields,
    coschedule: 'disabled',
    disableInlineSpec: disableInlineSpec.join(','),
  };
  const set = Object.entries(recorded).filter(([, value]) => Boolean(value));
  return Object.fromEntries(set.sort(([a], [b]) => (a < b ? -1 : 1)));
}
