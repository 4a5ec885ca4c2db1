export type { LogLine } from './logs/cri-format.ts';
export { createLogStore, type LogStore, type LogTarget, type LogWriter } from './logs/log-store.ts';
export * from './pipelinerun/index.ts';
export {
  createTaskRunController,
  type TaskRunController,
  type TaskRunControllerOptions,
} from './taskrun/controller.ts';
export type { ExecutionServices } from './taskrun/execution.ts';
