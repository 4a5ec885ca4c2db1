/** Tekton's `feature-flags`, the ones that change what is accepted or run. Absent means Tekton's default. */
export interface FeatureFlags {
  /** @default 'beta' */
  enableApiFields?: 'stable' | 'beta' | 'alpha';
  /** Kinds of runs or definitions in which embedded specs are refused: `pipeline`, `pipelinerun`, `taskrun`. */
  disableInlineSpec?: readonly string[];
  enableParamEnum?: boolean;
  enableCELInWhenExpression?: boolean;
  enableArtifacts?: boolean;
  enableConciseResolverSyntax?: boolean;
  disableCredsInit?: boolean;
  requireGitSSHSecretKnownHosts?: boolean;
  /** @default true */
  awaitSidecarReadiness?: boolean;
  /** @default 'ignore' */
  verificationNoMatchPolicy?: 'ignore' | 'warn' | 'fail';
  /** @default true */
  enableProvenanceInStatus?: boolean;
  /** @default 'termination-message' */
  resultExtractionMethod?: 'termination-message' | 'sidecar-logs';
  /** Bytes. */
  maxResultSize?: number;
  setSecurityContext?: boolean;
  setSecurityContextReadOnlyRootFilesystem?: boolean;
  /** @default 'workspaces' */
  coschedule?: 'disabled' | 'workspaces' | 'pipelineruns' | 'isolate-pipelinerun';
  enableKeepPodOnCancel?: boolean;
  enableKubernetesSidecar?: boolean;
  /** @default 'none' */
  enforceNonfalsifiability?: 'none' | 'spire';
}

/** Tekton's `config-defaults`, the ones that are written into objects or checked. Absent means Tekton's default. */
export interface DefaultsConfig {
  /** Minutes. @default 60 */
  timeoutMinutes?: number;
  /** @default 'default' */
  serviceAccount?: string;
  /** `app.kubernetes.io/managed-by` of TaskRuns. @default 'tekton-pipelines' */
  managedByLabel?: string;
  /** For a reference that has neither name nor resolver. */
  resolverType?: string;
  /** @default 256 */
  maxMatrixCombinations?: number;
  /** Environment variables that a podTemplate may not set. */
  forbiddenEnv?: readonly string[];
  /** Limit of one resolution, milliseconds. @default 60000 */
  maximumResolutionTimeoutMs?: number;
}

export const defaultTimeoutMinutes = 60;
export const defaultServiceAccount = 'default';
export const defaultMaxMatrixCombinations = 256;
export const defaultMaximumResolutionTimeoutMs = 60_000;

/**
 * What Assay accepts where nothing else is configured: all that it can run, Tekton's alpha features with it. A cluster
 * needs its administrator's consent for those; `strictWarnings` tells where.
 */
export const localFeatureFlags: FeatureFlags = {
  enableApiFields: 'alpha',
  enableParamEnum: true,
  enableCELInWhenExpression: true,
  enableArtifacts: true,
  enableConciseResolverSyntax: true,
};
