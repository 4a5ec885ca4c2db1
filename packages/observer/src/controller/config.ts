import { type EvidenceForm, evidenceForms } from '@assay/attestation';
import { buildTypes } from '../dependencies/resolved-dependencies.ts';
import { localBuilderId } from '../formats/create-statement.ts';
import type { StatementFormat } from '../formats/format.ts';

/** Where evidence goes: annotations on the run, and beside the image in its registry. */
export type StorageBackend = 'tekton' | 'oci';

/** What is observed, and how it is recorded; Tekton Chains' settings under the names of this package. */
export interface ObserverConfig {
  /** @default 'slsa/v2alpha4' */
  format: StatementFormat;
  /** @default localBuilderId */
  builderId: string;
  /** @default 'https://tekton.dev/chains/v2/slsa' */
  buildType: string;
  /** Whether the results of a PipelineRun's TaskRuns count as its own. @default true */
  deepInspection: boolean;
  /** Whether the run's outcome is recorded, where other verifiers ignore it. @default true */
  extensions: boolean;
  /** @default ['tekton', 'oci'] */
  storage: readonly StorageBackend[];
  /** Layouts in the registry. @default both, so that old and new verifiers see the same */
  forms: readonly EvidenceForm[];
  /** Only these namespaces; all when absent. */
  namespaces?: readonly string[];
  /** Values of `spec.managedBy` that are observed besides Tekton's own. @default [] */
  managedBy: readonly string[];
  /** Attempts before a run is marked as failed. @default 5 */
  maxAttempts: number;
  /** Wait before the second attempt; doubled for each one after. @default 1000 */
  retryDelayMs: number;
  /**
   * What statement and signature may take up as annotations; more is written beside images only. Kubernetes allows 256 KiB for all
   * annotations of an object. @default 192 KiB
   */
  maxAnnotationBytes: number;
}

export const defaultObserverConfig: ObserverConfig = {
  format: 'slsa/v2alpha4',
  builderId: localBuilderId,
  buildType: buildTypes.slsa,
  deepInspection: true,
  extensions: true,
  storage: ['tekton', 'oci'],
  forms: evidenceForms,
  managedBy: [],
  maxAttempts: 5,
  retryDelayMs: 1000,
  maxAnnotationBytes: 192 * 1024,
};
