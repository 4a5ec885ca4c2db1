import type { Client } from '@assay/kube';
import { isDone, PipelineRuns, TaskRuns } from '@assay/tekton';
import { signedAnnotation } from './await-signature.ts';

/** As long as the observer may take for a run that has ended. */
const signatureMs = 30_000;

/**
 * Resolves when no run is under way that was created since `options.since`: a factory that lives as long as its command also
 * serves the commands that come meanwhile, and their runs must not end with it.
 * @param options.own uids of the caller's own runs
 * @param tell called once, with how many are waited for, if there are any
 */
export async function awaitOtherRuns(
  client: Client,
  options: { since: Date; own: ReadonlySet<string> },
  tell: (count: number) => void,
  intervalMs = 200,
): Promise<void> {
  const { since, own } = options;
  for (let told = false; ; told = true) {
    const lists = await Promise.all([client.list(PipelineRuns), client.list(TaskRuns)]);
    const unfinished = lists
      .flatMap(({ items }) => items)
      .filter(
        ({ metadata }) =>
          Date.parse(metadata.creationTimestamp!) >= since.getTime() - 1000 &&
          !own.has(metadata.uid!) &&
          !metadata.ownerReferences?.length,
      )
      .filter((run) => {
        if (run.spec.status?.endsWith('Pending')) return false;
        if (!isDone(run)) return true;
        const { completionTime } = run.status ?? {};
        const signed = run.metadata.annotations?.[signedAnnotation] !== undefined;
        return !signed && Date.now() - Date.parse(completionTime ?? '') < signatureMs;
      });
    if (unfinished.length === 0) return;
    if (!told) tell(unfinished.length);
    await new Promise((done) => setTimeout(done, intervalMs));
  }
}
