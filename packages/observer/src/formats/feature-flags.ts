const names = [
  'disableCredsInit',
  'runningInEnvWithInjectedSidecars',
  'requireGitSSHSecretKnownHosts',
  'enableTektonOCIBundles',
  'enableAPIFields',
  'sendCloudEventsForRuns',
  'awaitSidecarReadiness',
  'enforceNonfalsifiability',
  'enableKeepPodOnCancel',
  'verificationNoMatchPolicy',
  'enableProvenanceInStatus',
  'resultExtractionMethod',
  'maxResultSize',
  'setSecurityContext',
  'setSecurityContextReadOnlyRootFilesystem',
  'coschedule',
  'enableCELInWhenExpression',
  'enableStepActions',
  'enableParamEnum',
  'enableArtifacts',
  'disableInlineSpec',
  'enableConciseResolverSyntax',
  'enableKubernetesSidecar',
  'enableWaitExponentialBackoff',
  'enableTerminationMessageCompression',
];
const canonical = new Map(names.map((name) => [name.toLowerCase(), name]));

/**
 * `status.provenance.featureFlags` as it is written today: older objects spell the keys with a capital, which Go
 * reads ignoring case; unset flags are left out.
 */
export function featureFlags(flags: Record<string, unknown>): Record<string, unknown> {
  const known = Object.entries(flags).flatMap(([key, value]) => {
    const name = canonical.get(key.toLowerCase());
    return name === undefined || !value ? [] : [[name, value] as const];
  });
  return Object.fromEntries(known);
}
