import type { Client } from '@assay/kube';
import { type PipelineRun, PipelineRuns, type TaskRun, TaskRuns } from '@assay/tekton';
import { isReconciled } from './marks.ts';

export interface Children {
  /** In the order of `status.childReferences`. */
  children: TaskRun[];
  /** `<kind>/<name>` of what no longer exists. */
  missing: string[];
  /** False while a child that is observed has not been attested. */
  isComplete: boolean;
}

/**
 * Finds the children of a PipelineRun by kind. TaskRuns and child PipelineRuns are waited for, unless the observer
 * leaves them alone; CustomRuns are run and attested elsewhere. A child that is gone is no reason to wait: the
 * statement is made from what is left and names it. When one is not attested yet, those after it are not looked at.
 */
export async function findChildren(
  client: Client,
  run: PipelineRun,
  isObserved: (child: TaskRun | PipelineRun) => boolean,
): Promise<Children> {
  const namespace = run.metadata.namespace ?? 'default';
  const found: Children = { children: [], missing: [], isComplete: true };
  for (const { kind, name } of run.status?.childReferences ?? []) {
    if (kind !== 'TaskRun' && kind !== 'PipelineRun') continue;
    try {
      const child =
        kind === 'TaskRun'
          ? await client.get(TaskRuns, namespace, name)
          : await client.get(PipelineRuns, namespace, name);
      if (isObserved(child) && !isReconciled(child.metadata)) return { ...found, isComplete: false };
      if (kind === 'TaskRun') found.children.push(child as TaskRun);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'NotFound')) throw error;
      found.missing.push(`${kind}/${name}`);
    }
  }
  return found;
}
