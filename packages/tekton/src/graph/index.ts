/**
 * What a PipelineRun does next, as pure functions. The model:
 *
 * - `RunState` is the input: the Pipeline's spec with params and context replaced, one `TaskState` for each task that
 *   has a child (`taskStateOf(taskRun)`), the run's `spec.status`, and which timeouts have passed. A task without an
 *   entry has not started; that it is skipped is never an input, it is derived anew each time.
 * - `planRun(state)` answers which tasks start (`start`, `startFinally`: results, status and reason already replaced),
 *   which are skipped and why (`skipped` goes to `status.skippedTasks` as it is), and which cannot start because a
 *   result is missing (`validationFailed`).
 * - `pipelineRunOutcome(state, plan)` says what the `Succeeded` condition is now.
 *
 * A controller's turn is therefore: read children -> RunState -> plan -> create the children of `start` and
 * `startFinally` -> write outcome, skippedTasks, childReferences. `plan.tasks` holds every task with the results
 * replaced that are known, for `childReferences[].whenExpressions`.
 */
export * from './outcome.ts';
export * from './plan.ts';
export * from './results.ts';
export * from './run-state.ts';
export * from './task-graph.ts';
export * from './task-status.ts';
export * from './when.ts';
