import type { Client, Controller, ResourceType } from '@assay/kube';
import {
  isDone,
  type PipelineRun,
  PipelineRuns,
  succeededCondition,
  type TaskRun,
  TaskRuns,
} from '@assay/tekton';
import { type Attributes, type Context, SpanStatusCode, trace } from '@opentelemetry/api';
import { parentOf, type Tracing } from './tracing.ts';

/** Where Tekton keeps the span that a run belongs to: JSON with a `traceparent`. */
const contextAnnotations = ['tekton.dev/pipelinerunSpanContext', 'tekton.dev/taskrunSpanContext'];

/**
 * Writes a trace of each run that ends while the factory is up: PipelineRun, TaskRuns, steps, with the times that stand in
 * their status. Below the span that the run's creator names, as in Tekton.
 */
export function createRunTracer(client: Client, tracing: Tracing, now = Date.now()): Controller<never>[] {
  const written = new Set<string>();
  const isNew = (run: TaskRun | PipelineRun) =>
    isDone(run) &&
    Date.parse(run.status?.completionTime ?? '') >= Math.floor(now / 1000) * 1000 &&
    !written.has(run.metadata.uid!);
  const once = async <T extends TaskRun | PipelineRun>(run: T | undefined, write: (run: T) => unknown) => {
    if (!run || !isNew(run)) return undefined;
    written.add(run.metadata.uid!);
    await write(run);
    return undefined;
  };
  const taskRuns: Controller<TaskRun> = {
    name: 'trace-taskrun',
    resource: TaskRuns,
    reconcile: (_key, run) =>
      once(isChild(run) ? undefined : run, (ended) => traceTaskRun(tracing, ended, startOf(ended))),
  };
  const pipelineRuns: Controller<PipelineRun> = {
    name: 'trace-pipelinerun',
    resource: PipelineRuns,
    reconcile: (_key, run) =>
      once(run, async (ended) => {
        const { namespace = '', uid } = ended.metadata;
        const { items } = await client.list(TaskRuns as ResourceType<TaskRun>, { namespace });
        const below = writeSpan(tracing, 'PipelineRun', ended, startOf(ended), {
          'cicd.pipeline.run.id': uid ?? '',
        });
        for (const child of items) {
          if (child.metadata.ownerReferences?.some((owner) => owner.uid === uid))
            traceTaskRun(tracing, child, below);
        }
      }),
  };
  return [taskRuns, pipelineRuns] as unknown as Controller<never>[];
}

function isChild(run: TaskRun | undefined): boolean {
  return run?.metadata.ownerReferences?.some(({ kind }) => kind === 'PipelineRun') ?? false;
}

/** The context that the run's creator gave it, if any; it is anybody's text. */
function startOf({ metadata }: TaskRun | PipelineRun): Context {
  for (const annotation of contextAnnotations) {
    const text = metadata.annotations?.[annotation];
    if (text === undefined) continue;
    try {
      return parentOf((JSON.parse(text) as { traceparent?: unknown } | null)?.traceparent);
    } catch {
      // No JSON: a trace of its own.
    }
  }
  return parentOf(undefined);
}

function traceTaskRun(tracing: Tracing, run: TaskRun, parent: Context): void {
  const below = writeSpan(tracing, 'TaskRun', run, parent, {
    'cicd.pipeline.task.run.id': run.metadata.uid!,
  });
  for (const { name = '', terminated } of run.status?.steps ?? []) {
    if (!terminated?.startedAt || !terminated.finishedAt) continue;
    const attributes = {
      'assay.step.name': name,
      'process.exit.code': terminated.exitCode ?? 0,
      ...(terminated.reason && { 'assay.step.reason': terminated.reason }),
    };
    const startTime = new Date(terminated.startedAt);
    const span = tracing.tracer.startSpan(`step ${name}`, { startTime, attributes }, below);
    if (terminated.exitCode) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(new Date(terminated.finishedAt));
  }
}

/** @returns the context for what belongs below it */
function writeSpan(
  { tracer }: Tracing,
  name: string,
  run: TaskRun | PipelineRun,
  parent: Context,
  more: Attributes,
): Context {
  const { metadata, status } = run;
  const { reason = '', message, status: succeeded } = succeededCondition(run) ?? {};
  const attributes = {
    'k8s.namespace.name': metadata.namespace!,
    'assay.object.name': metadata.name!,
    'assay.run.reason': reason,
    ...more,
  };
  const startTime = new Date(status?.startTime ?? metadata.creationTimestamp!);
  const span = tracer.startSpan(name, { startTime, attributes }, parent);
  if (succeeded !== 'True') span.setStatus({ code: SpanStatusCode.ERROR, ...(message && { message }) });
  span.end(new Date(status?.completionTime ?? startTime));
  return trace.setSpan(parent, span);
}
