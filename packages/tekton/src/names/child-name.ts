import { createHash } from 'node:crypto';

const longest = 63;
const head = 31;
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/**
 * Joins parent and suffix into a name of at most 63 characters; what does not fit is replaced by an MD5 (32 hex
 * digits), so that the same pair always gives the same name (Knative `kmeta.ChildName`).
 */
export function childName(parent: string, suffix: string): string {
  if (parent.length + suffix.length <= longest) return parent + suffix;
  if (suffix.length < head) return parent.slice(0, head - suffix.length) + md5(parent) + suffix;
  const hashed = parent.slice(0, head) + md5(parent + suffix);
  return (hashed + suffix.slice(0, Math.max(0, longest - hashed.length))).replace(/[^A-Za-z0-9]+$/, '');
}

/**
 * The names of the TaskRuns of one PipelineTask, in the order of their combinations. `count` is the number of
 * matrix combinations, 1 without a matrix; only more than one combination puts an index in the name.
 */
export function taskRunNames(pipelineRun: string, pipelineTask: string, count = 1): string[] {
  if (count === 1) return [childName(pipelineRun, `-${pipelineTask}`)];
  return Array.from({ length: count }, (_, index) => {
    const name = childName(pipelineRun, `-${pipelineTask}-${index}`);
    if (name.endsWith(`-${index}`)) return name;
    const base = childName(pipelineRun, `-${pipelineTask}`);
    return `${base.slice(0, longest - `-${count}`.length)}-${index}`;
  });
}

/** The pod of a TaskRun; `retry` counts the attempts before this one. */
export function podName(taskRun: string, retry = 0): string {
  return childName(taskRun, retry > 0 ? `-pod-retry${retry}` : '-pod');
}

/** The container of a step, as `status.steps[].container` shows it; `index` names unnamed steps. */
export function stepContainerName(name: string | undefined, index: number): string {
  return `step-${stepName(name, index)}`;
}

/** A step's name, or the name that an unnamed step is given. */
export function stepName(name: string | undefined, index: number): string {
  return name === undefined || name === '' ? `unnamed-${index}` : name;
}

export function sidecarContainerName(name: string): string {
  return `sidecar-${name}`;
}

/** The claim made from a `volumeClaimTemplate` for one owner. */
export function workspaceClaimName(
  template: string | undefined,
  workspace: string,
  ownerUid: string,
): string {
  const hash = createHash('sha256')
    .update(workspace + ownerUid)
    .digest('hex')
    .slice(0, 10);
  return `${template === undefined || template === '' ? 'pvc' : template}-${hash}`;
}
