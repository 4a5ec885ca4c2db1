export { offlineBuiltins } from './builtins/offline-builtins.ts';
export { Criteria, type CriteriaTarget, type UnreadableCriterion } from './criteria/criteria.ts';
export type { Criterial } from './criteria/matchers.ts';
export { PolicyError, type PolicyErrorCode, policyErrorCodes } from './error.ts';
export type { FilterType } from './evaluate/namespaces.ts';
export type { EvaluationLimits } from './evaluate/outcomes.ts';
export { catalogueOf, type Namespace, type RuleCatalogue } from './evaluate/rule-catalogue.ts';
export { createKeylessVerifier } from './evidence/identity-verifier.ts';
export {
  attestationSummaries,
  gatherEvidence,
  type ImageEvidence,
  type ImageEvidenceOptions,
  type VerifiedAttestation,
} from './evidence/image-evidence.ts';
export { inputDocument } from './evidence/input-document.ts';
export { createVerifier, type SignerDemands } from './evidence/signer-demands.ts';
export { createKeyVerifier, type SignatureVerifier } from './evidence/verifier.ts';
export { applyTaskChanges } from './explain/apply-changes.ts';
export { type Explanation, explainViolations, type TaskChange } from './explain/explanation.ts';
export { type TaskReference, taskReferences } from './explain/task-references.ts';
export { type TrustedReference, trustedReferences } from './explain/trusted-references.ts';
export {
  type Forecast,
  type ForecastChange,
  type ForecastOptions,
  forecastImages,
  type ImageForecast,
} from './forecast/forecast.ts';
export type { ImageRunOptions } from './judge/image-run.ts';
export { type Judgement, type JudgeOptions, judgeInput } from './judge/judge-input.ts';
export {
  type KeylessVerifier,
  type LoadedPolicy,
  type LoadPolicyOptions,
  loadPolicy,
  policyIdentity,
} from './judge/load-policy.ts';
export {
  type JudgeImagesOptions,
  judgeImages,
  type ValidateImageOptions,
  validateImage,
} from './judge/validate-image.ts';
export { type JudgeFilesOptions, judgeFiles } from './judge/validate-input.ts';
export { formatReport, type ReportFormat, reportFormats } from './report/formats.ts';
export {
  type FileReport,
  formatInputReport,
  type InputReport,
  type InputReportFormat,
} from './report/input-report.ts';
export { resultDocument } from './report/json-report.ts';
export {
  type AppstudioReport,
  type AppstudioResult,
  type AttestationSummary,
  appstudioError,
  appstudioReport,
  type ComponentReport,
  type EntitySignature,
  type Report,
  type ReportView,
} from './report/report.ts';
export { subjectsText, type TextSubject, type TextTotals } from './report/text-report.ts';
export { appstudioGroup, appstudioLabels } from './resources/appstudio.ts';
export {
  EnterpriseContractPolicies,
  type EnterpriseContractPolicy,
} from './resources/enterprise-contract-policy.ts';
export { pinObjection, type Snapshot, Snapshots } from './resources/snapshot.ts';
export { conditionsSchema, statusColumns } from './resources/status-fields.ts';
export { codeOf, type RuleInfo, type RuleResult, textsOf } from './results/rule-info.ts';
export type { NamespaceOutcome } from './results/settle.ts';
export { inReportOrder, withoutInfo } from './results/settle.ts';
export {
  mergeSnapshots,
  readSnapshot,
  type SnapshotComponent,
  type SnapshotSpec,
  snapshotOfImage,
  unnamedComponent,
} from './snapshot/snapshot.ts';
export { dataDocument } from './source/data-document.ts';
export type { SourceFiles, SourceLimits } from './source/source-files.ts';
export { createSourceLoader, type SourceLoader, type SourceLoaderOptions } from './source/source-loader.ts';
export { storePolicyBundle } from './source/store-bundle.ts';
export { type EffectiveTime, parseTime, readEffectiveTime, timeText } from './spec/effective-time.ts';
export { canonicalPolicy, comparePolicies, policyDigest } from './spec/equivalence.ts';
export { type PolicySource, type PolicySpec, policySpecSchema } from './spec/policy-spec.ts';
export { readPolicySpec } from './spec/read-policy.ts';
export { type TrackedReference, type TrackOptions, trackReferences } from './track/track-references.ts';
export { type FoundSummary, findSummary, type SummarisedImage, signSummary } from './vsa/summary-store.ts';
export {
  createVerificationSummary,
  type SummaryDemands,
  type SummaryOptions,
  summaryObjection,
  type VerificationSummary,
  verificationSummaryType,
} from './vsa/verification-summary.ts';
