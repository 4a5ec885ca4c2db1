import { availableParallelism, totalmem } from 'node:os';
import { labels, succeededCondition, type TaskRun } from '@assay/tekton';
import type { SlotRequest } from './slot-queue.ts';

/** On a Pipeline, PipelineRun or TaskRun: how many TaskRuns of one run may run at once. */
export const parallelTasksAnnotation = 'assay.dev/max-parallel-tasks';

/** What a slot's TaskRun is taken to need, if it says nothing: steps wait for disk and network most of their time. */
const slotsPerCore = 8;
const bytesPerSlot = 256 * 1024 ** 2;

/** How many TaskRuns may run at once on a machine, if nobody says: eight a core, but no more than one for each 256 MiB. */
export function defaultSlots(cores = availableParallelism(), memoryBytes = usableMemory()): number {
  return Math.max(2, Math.min(slotsPerCore * cores, Math.floor(memoryBytes / bytesPerSlot)));
}

/** The machine's, or what the cgroup of this process leaves of it. */
function usableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** What a TaskRun asks the queue for. An annotation that is no positive number says nothing. */
export function slotRequest({ metadata }: TaskRun): SlotRequest {
  const limit = Number(metadata.annotations?.[parallelTasksAnnotation]);
  return {
    namespace: metadata.namespace!,
    run: metadata.labels?.[labels.pipelineRunUID] ?? metadata.uid!,
    ...(Number.isInteger(limit) && limit > 0 && { runLimit: limit }),
  };
}

const before = 'pod status "PodScheduled":"False"; message: "waiting for a slot: ';
const after = '"';

/** The condition's message of a TaskRun that waits; Tekton's form for a pod that no node has room for, with reason `Pending`. */
export function slotMessage(why: string): string {
  return `${before}${why}${after}`;
}

/** Why a TaskRun waits for a slot (`all 16 are taken`); undefined when it does not. */
export function waitingForSlot(taskRun: Pick<TaskRun, 'status'>): string | undefined {
  const { status, reason, message = '' } = succeededCondition(taskRun) ?? {};
  if (status !== 'Unknown' || reason !== 'Pending' || !message.startsWith(before)) return undefined;
  return message.slice(before.length, -after.length);
}
