import type { PipelineRun, TaskRun } from '@assay/tekton';

/** What happens while runs are followed, in the order it is seen. Names and texts of logs are untrusted. */
export type RunEvent =
  | { type: 'run-started'; kind: 'TaskRun' | 'PipelineRun'; name: string }
  | { type: 'task-waiting'; run: string; task: string; why: string }
  | { type: 'step-started'; run: string; task: string; step: string }
  | { type: 'log'; run: string; task: string; step: string; text: string; newline: boolean }
  | {
      type: 'step-paused';
      run: string;
      task: string;
      step: string;
      container: string;
      namespace: string;
      taskRun: string;
    }
  | { type: 'step-ended'; run: string; task: string; step: string; exitCode: number; reason: string }
  | {
      type: 'task-ended';
      run: string;
      task: string;
      succeeded: boolean;
      reason: string;
      message: string;
      ms: number;
    }
  | { type: 'task-skipped'; run: string; task: string; reason: string }
  | {
      type: 'run-ended';
      run: TaskRun | PipelineRun;
      succeeded: boolean;
      reason: string;
      message: string;
      ms: number;
    }
  | { type: 'signed'; kind: 'TaskRun' | 'PipelineRun'; name: string; signed: boolean };

export type RunReporter = (event: RunEvent) => void;
