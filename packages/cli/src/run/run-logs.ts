import type { Client } from '@assay/kube';
import type { LogLine, LogStore, LogTarget } from '@assay/pipelines';
import {
  allTasks,
  isDone,
  type PipelineRun,
  PipelineRuns,
  podName,
  type TaskRun,
  type TaskRunStatus,
  TaskRuns,
} from '@assay/tekton';
import type { Run } from './find-run.ts';

/** One container's log and whose it is. */
export interface LogSource {
  /** Empty for a TaskRun that stands by itself. */
  task: string;
  step: string;
  /** The attempt, from 0. */
  attempt: number;
  target: LogTarget;
}

/** Which logs are wanted. */
export interface LogSelection {
  task?: string;
  step?: string;
}

/** A line and where it comes from. */
export interface SourcedLine extends LogLine {
  source: LogSource;
}

/** The logs of a run as it is now: those of all attempts, and of pipelines in the pipeline; tasks in the pipeline's order. */
export async function logSources(
  client: Client,
  run: Run,
  selection: LogSelection = {},
): Promise<LogSource[]> {
  const wanted = ({ task, step, target }: LogSource) =>
    (selection.task === undefined || task === selection.task || task.endsWith(`/${selection.task}`)) &&
    (selection.step === undefined || step === selection.step || target.container === selection.step);
  const all =
    run.kind === 'TaskRun'
      ? ofTaskRun(run as TaskRun, '')
      : await ofPipelineRun(client, run as PipelineRun, '');
  return all.filter(wanted);
}

async function ofPipelineRun(client: Client, run: PipelineRun, prefix: string): Promise<LogSource[]> {
  const order = allTasks(run.status?.pipelineSpec ?? run.spec.pipelineSpec ?? {}).map(({ name }) => name);
  const references = [...(run.status?.childReferences ?? [])].sort(
    (a, b) => order.indexOf(a.pipelineTaskName ?? '') - order.indexOf(b.pipelineTaskName ?? ''),
  );
  const namespace = run.metadata.namespace!;
  const lists = await Promise.all(
    references.map(async ({ kind, name, pipelineTaskName = '' }) => {
      const task = `${prefix}${pipelineTaskName}`;
      try {
        if (kind === 'PipelineRun')
          return await ofPipelineRun(client, await client.get(PipelineRuns, namespace, name), `${task}/`);
        return kind === 'TaskRun' ? ofTaskRun(await client.get(TaskRuns, namespace, name), task) : [];
      } catch {
        // Removed since: its logs are gone with it.
        return [];
      }
    }),
  );
  return lists.flat();
}

function ofTaskRun({ metadata, status }: TaskRun, task: string): LogSource[] {
  const { namespace, name, uid } = metadata;
  const attempts = [...((status?.retriesStatus ?? []) as TaskRunStatus[]), status ?? {}];
  return attempts.flatMap(({ steps = [], sidecars = [] }, attempt) => {
    const pod = podName(name!, attempt);
    const source = (step: string, container: string): LogSource => ({
      ...{ task, step, attempt },
      target: { namespace: namespace!, pod, uid: uid!, container },
    });
    return [
      ...steps.map((step) => source(step.name ?? '', step.container ?? '')),
      ...sidecars.map((sidecar) => source(sidecar.container ?? '', sidecar.container ?? '')),
    ];
  });
}

/** The lines of all sources in the order of their times. Texts are untrusted. */
export async function* mergedLines(
  logs: LogStore,
  sources: readonly LogSource[],
): AsyncGenerator<SourcedLine> {
  const heads: { lines: AsyncIterator<LogLine>; line: LogLine; source: LogSource }[] = [];
  for (const source of sources) {
    const lines = logs.read(source.target)[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    if (!done) heads.push({ lines, line: value, source });
  }
  while (heads.length > 0) {
    let first = heads[0]!;
    for (const head of heads) if (head.line.time < first.line.time) first = head;
    yield { ...first.line, source: first.source };
    const { value, done } = await first.lines.next();
    if (done) heads.splice(heads.indexOf(first), 1);
    else first.line = value;
  }
}

/**
 * The lines of a run that goes on, from the first one until it is done, as they come.
 * @param signal ends it before that
 */
export async function* followedLines(
  client: Client,
  logs: LogStore,
  run: Run,
  selection: LogSelection,
  signal: AbortSignal,
  intervalMs = 250,
): AsyncGenerator<SourcedLine> {
  const queue: SourcedLine[] = [];
  const ended = new AbortController();
  let wake = () => {};
  let open = 0;
  const known = new Set<string>();
  const look = async (now: Run) => {
    for (const source of await logSources(client, now, selection)) {
      const key = `${source.target.pod}/${source.target.uid}/${source.target.container}`;
      if (known.has(key)) continue;
      known.add(key);
      open += 1;
      void (async () => {
        for await (const line of logs.read(source.target, {
          follow: AbortSignal.any([ended.signal, signal]),
        })) {
          queue.push({ ...line, source });
          wake();
        }
        open -= 1;
        wake();
      })();
    }
  };
  const resource = run.kind === 'TaskRun' ? TaskRuns : PipelineRuns;
  const { namespace, name } = run.metadata;
  let done = false;
  const watch = (async () => {
    while (!signal.aborted) {
      const now = await client.get<Run>(resource as never, namespace!, name!);
      await look(now);
      if (isDone(now)) break;
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
    done = true;
    ended.abort();
    wake();
  })();
  watch.catch(() => {
    done = true;
    ended.abort();
    wake();
  });
  while (!done || open > 0 || queue.length > 0) {
    const line = queue.shift();
    if (line) yield line;
    else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  await watch;
}
