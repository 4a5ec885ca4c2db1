import {
  checkPipelineRun,
  checkTaskRun,
  type PipelineRun,
  type PipelineSpec,
  type TaskRun,
  type TaskSpec,
  withPropagatedWorkspaces,
} from '@assay/tekton';
import { CliError } from '../error.ts';
import { type ArrangedRuns, isRun } from './arrange-runs.ts';
import type { LoadedObject } from './load-manifest.ts';

/**
 * Refuses runs that their controllers would refuse, before anything is created: params and workspaces that do not fit
 * what the file itself defines. What a run refers to outside the file is checked where it is found.
 * @throws CliError InvalidManifest at the run's place in the file
 */
export function checkRuns({ definitions, runs }: ArrangedRuns, loaded: readonly LoadedObject[]): void {
  const given = loaded.filter(({ object }) => isRun(object));
  for (const [index, run] of runs.entries()) {
    const message = problemOf(run, definitions);
    if (message === undefined) continue;
    const { file, line, column, text } = (given[index] ?? loaded[0]!).locate('spec');
    throw new CliError('InvalidManifest', message, {
      place: `${file}:${line}:${column}`,
      excerpt: text,
      hint: 'set params with -p NAME=VALUE and workspaces with -w NAME=VOLUME, or in the file; nothing was created',
    });
  }
}

function problemOf(run: TaskRun | PipelineRun, definitions: ArrangedRuns['definitions']): string | undefined {
  const find = <Spec>(kind: string, name: string | undefined) =>
    (
      definitions.find(
        (object) =>
          object.kind === kind &&
          object.metadata.name === name &&
          object.metadata.namespace === run.metadata.namespace,
      ) as { spec?: Spec } | undefined
    )?.spec;
  const own = run.metadata.name ?? `${run.metadata.generateName}*`;
  const named = { ...run, metadata: { ...run.metadata, name: own } };
  const { taskSpec, taskRef, pipelineSpec, pipelineRef } = run.spec as TaskRun['spec'] & PipelineRun['spec'];
  const embedded = taskSpec && withPropagatedWorkspaces(taskSpec, run.spec.workspaces ?? []);
  const task = embedded ?? find<TaskSpec>('Task', taskRef?.name);
  const pipeline = pipelineSpec ?? find<PipelineSpec>('Pipeline', pipelineRef?.name);
  const problem =
    run.kind === 'TaskRun'
      ? task && checkTaskRun(named as TaskRun, taskRef?.name ?? own, task)
      : pipeline && checkPipelineRun(named as PipelineRun, pipelineRef?.name ?? own, pipeline);
  return problem?.message.replace(/^\[User error\] /, '');
}
