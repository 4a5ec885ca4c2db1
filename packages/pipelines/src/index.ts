export { cacheAnnotation } from './caches/cache-requests.ts';
export { CacheStore, listCaches, retireCache, type StoredCache } from './caches/cache-store.ts';
export { pullAuths } from './credentials/docker-credentials.ts';
export { type AccountSecrets, accountSecrets } from './credentials/service-account.ts';
export type { LogLine } from './logs/cri-format.ts';
export { createLogStore, type LogStore, type LogTarget, type LogWriter } from './logs/log-store.ts';
export * from './pipelinerun/index.ts';
export { readPodLog } from './pods/pod-log.ts';
export { podView } from './pods/pod-view.ts';
export type { ResultsLimit } from './results/step-outcomes.ts';
export { SlotQueue } from './scheduling/slot-queue.ts';
export { defaultSlots, parallelTasksAnnotation, waitingForSlot } from './scheduling/slots.ts';
export { type Decision, pausedStepAnnotation } from './taskrun/breakpoints.ts';
export {
  createTaskRunController,
  type TaskRunController,
  type TaskRunControllerOptions,
} from './taskrun/controller.ts';
export { breakpointAnnotation } from './taskrun/debug.ts';
export type { ExecutionServices } from './taskrun/execution-services.ts';
export { parseQuantity } from './taskrun/limits.ts';
export { LimitRanges } from './taskrun/namespace-limits.ts';
export type { AccountLogins } from './taskrun/run-credentials.ts';
export { bindClaim } from './workspaces/claim-template.ts';
