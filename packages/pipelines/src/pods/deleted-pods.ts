import type { TaskRun } from '@assay/tekton';

/**
 * Tells, on a TaskRun, which of its pods were deleted and when: a JSON object of names and times. They are shown no more
 * once their attempt has ended, and one that runs is stopped.
 */
export const deletedPodsAnnotation = 'assay.dev/deleted-pods';

/** The deleted pods and when. The annotation may be a user's: what is no time of a name counts for nothing. */
export function deletedPods({ metadata }: Pick<TaskRun, 'metadata'>): Map<string, string> {
  const text = metadata.annotations?.[deletedPodsAnnotation];
  if (text === undefined) return new Map();
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return new Map();
  }
}

/** The annotation with one pod more. */
export function withDeletedPod(
  taskRun: Pick<TaskRun, 'metadata'>,
  pod: string,
  time: string,
): Record<string, string> {
  const all = new Map([...deletedPods(taskRun), [pod, deletedPods(taskRun).get(pod) ?? time]]);
  return { [deletedPodsAnnotation]: JSON.stringify(Object.fromEntries(all)) };
}

/** Why a TaskRun failed whose pod was deleted. */
export function podDeletedMessage(pod: string): string {
  return `pod ${pod} was deleted while it was running`;
}
