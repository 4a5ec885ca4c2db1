import type { Condition, ObjectMeta } from '@assay/kube';
import type { PipelineRun, RunResult, TaskRun } from '@assay/tekton';

export const commit = '05669ed367ed21569f68edee8b93c64eda91e910';
export const stepImage = `localhost/toolbox@sha256:${'5'.repeat(64)}`;

export function succeeded(status: Condition['status'] = 'True', reason = 'Succeeded'): Condition {
  return { type: 'Succeeded', status, reason, lastTransitionTime: '2026-01-01T00:01:00Z' };
}

/** The status of a TaskRun that has ended. */
export function finishedStatus(
  results: RunResult[] = [],
  condition = succeeded(),
): NonNullable<TaskRun['status']> {
  return {
    conditions: [condition],
    startTime: '2026-01-01T00:00:00Z',
    completionTime: '2026-01-01T00:01:00Z',
    steps: [{ name: 'build', container: 'step-build', imageID: stepImage }],
    results,
    taskSpec: { steps: [{ name: 'build', image: 'localhost/toolbox', script: 'make' }] },
  };
}

export function taskRun(name: string, metadata: ObjectMeta = {}): TaskRun {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name, namespace: 'default', ...metadata },
    spec: {
      params: [
        { name: 'CHAINS-GIT_URL', value: 'https://git.example/team/app' },
        { name: 'CHAINS-GIT_COMMIT', value: commit },
      ],
      taskSpec: { steps: [{ name: 'build', image: 'localhost/toolbox', script: 'make' }] },
    },
  };
}

export function pipelineRun(name: string): PipelineRun {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name, namespace: 'default' },
    spec: {
      pipelineSpec: { tasks: [{ name: 'build', taskSpec: { steps: [{ name: 'build', image: 'x' }] } }] },
    },
  };
}

export function imageResults(repository: string, digest: string): RunResult[] {
  return [
    { name: 'IMAGE_URL', value: `${repository}:latest\n` },
    { name: 'IMAGE_DIGEST', value: digest },
  ];
}
