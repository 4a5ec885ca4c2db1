/** What this factory does of Tekton's switches, as `status.provenance.featureFlags` shows it: set ones only. */
export const featureFlags = {
  runningInEnvWithInjectedSidecars: true,
  enableAPIFields: 'beta',
  awaitSidecarReadiness: true,
  enforceNonfalsifiability: 'none',
  verificationNoMatchPolicy: 'ignore',
  enableProvenanceInStatus: true,
  resultExtractionMethod: 'termination-message',
  coschedule: 'disabled',
} as const;
