/** Tekton's `feature-flags`, the ones that change what is accepted. Absent means Tekton's default. */
export interface FeatureFlags {
  /** @default 'beta' */
  enableApiFields?: 'stable' | 'beta' | 'alpha';
  /** Kinds of runs or definitions in which embedded specs are refused: `pipeline`, `pipelinerun`, `taskrun`. */
  disableInlineSpec?: readonly string[];
  enableParamEnum?: boolean;
  enableCELInWhenExpression?: boolean;
  enableArtifacts?: boolean;
  enableConciseResolverSyntax?: boolean;
}

/** Tekton's `config-defaults`, the ones that are written into objects. Absent means Tekton's default. */
export interface DefaultsConfig {
  /** Minutes. @default 60 */
  timeoutMinutes?: number;
  /** @default 'default' */
  serviceAccount?: string;
  /** `app.kubernetes.io/managed-by` of TaskRuns. @default 'tekton-pipelines' */
  managedByLabel?: string;
  /** For a reference that has neither name nor resolver. */
  resolverType?: string;
}

export const defaultTimeoutMinutes = 60;
export const defaultServiceAccount = 'default';
export const defaultMaxMatrixCombinations = 256;
