export { findAdmission, matchAdmission } from './consent/match-admission.ts';
export { type AdmittedRelease, type ReleaseParts, validateRelease } from './consent/validate-release.ts';
export { type Gate, readPlan } from './controller/judge-release.ts';
export { createMatchControllers, type MatchControllerOptions } from './controller/match-controller.ts';
export { createReleaseController, type ReleaseControllerOptions } from './controller/release-controller.ts';
export { ReleaseError, type ReleaseErrorCode, releaseErrorCodes } from './error.ts';
export type { CopyPlan, PlannedImage, PlannedManifest } from './plan/copy-plan.ts';
export { verifyCopy } from './plan/verify-copy.ts';
export { releaseLabels } from './resources/labels.ts';
export {
  type Release,
  type ReleaseArtifacts,
  type ReleaseStatus,
  Releases,
  type ReleaseViolation,
  releaseConditions,
} from './resources/release.ts';
export { type ReleasePlan, ReleasePlans } from './resources/release-plan.ts';
export { type ReleasePlanAdmission, ReleasePlanAdmissions } from './resources/release-plan-admission.ts';
export { createReleaseRecord, type RecordFacts, releaseRecordType } from './statements/release-record.ts';
export type { Judge, Judgement, JudgeRequest } from './verdict/judge.ts';
