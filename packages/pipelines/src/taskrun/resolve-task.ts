import { type Client, KubeError } from '@assay/kube';
import {
  labels,
  mergeReplacements,
  paramReplacements,
  type RefSource,
  type Resolver,
  replaceParams,
  resolveTaskRef,
  setTaskDefaults,
  type TaskRun,
  type TaskSpec,
  Tasks,
  TektonError,
  taskContext,
  type VerificationResult,
} from '@assay/tekton';
import { CannotStart } from './cannot-start.ts';

/** A TaskRun's Task, wherever it came from. */
export interface ResolvedTask {
  /** The Task's name; an embedded one has none. */
  name?: string;
  spec: TaskSpec;
  /** What the run takes over from the Task's metadata; the run's own values have been laid over. */
  metadata?: { labels: Record<string, string>; annotations: Record<string, string> };
  refSource?: RefSource;
  /** What trusted resources say of it. */
  verification?: VerificationResult;
}

/** Where Tasks are looked for. */
export interface TaskSources {
  client: Client;
  /** For references that are not by name in the run's namespace. @default none */
  resolvers?: readonly Resolver[];
}

/**
 * The Task that a TaskRun embeds or names.
 * @throws CannotStart when it does not exist, could not be fetched, or is not signed as a policy wants
 */
export async function resolveTask(
  taskRun: TaskRun,
  { client, resolvers = [] }: TaskSources,
  signal?: AbortSignal,
): Promise<ResolvedTask> {
  const { taskSpec, taskRef } = taskRun.spec;
  if (taskSpec) return { spec: taskSpec };
  const namespace = taskRun.metadata.namespace!;
  const reference = taskRef ?? {};
  try {
    const { object, source, verification } = await resolveTaskRef(
      reference.params
        ? { ...reference, params: replaceParams(reference.params, known(taskRun)) }
        : reference,
      {
        lookup: (name) => client.get(Tasks, namespace, name),
        resolvers,
        context: { namespace, ...(signal && { signal }) },
      },
    );
    if (verification?.type === 'error')
      throw new CannotStart('ResourceVerificationFailed', verification.message ?? '', { verification });
    const task = setTaskDefaults(object);
    const name = task.metadata.name ?? reference.name ?? '';
    return {
      name,
      spec: task.spec,
      metadata: {
        labels: { ...task.metadata.labels, ...taskRun.metadata.labels, [labels.task]: name },
        annotations: { ...withoutLastApplied(task.metadata.annotations), ...taskRun.metadata.annotations },
      },
      ...(source && { refSource: source }),
      ...(verification && { verification }),
    };
  } catch (error) {
    const words = resolutionProblem(error);
    if (words === undefined) throw error;
    throw new CannotStart('TaskRunResolutionFailed', `failed to get task: ${words}`, { cause: error });
  }
}

/** The words of an error that a definition could not be found, as Tekton has them; undefined for others. */
export function resolutionProblem(error: unknown): string | undefined {
  if (error instanceof KubeError) return error.code === 'NotFound' ? error.message : undefined;
  if (!(error instanceof TektonError)) return undefined;
  return error.code === 'ResolutionFailed'
    ? `error requesting remote resource: ${error.message}`
    : error.message;
}

/** What the params of a reference may use: the run's own params and identity. */
export function known({ metadata, spec }: TaskRun) {
  const { name, namespace, uid } = metadata;
  return mergeReplacements(
    paramReplacements(spec.params ?? []),
    taskContext({ name: name!, namespace: namespace!, uid: uid!, taskName: spec.taskRef?.name }),
  );
}

function withoutLastApplied(annotations: Record<string, string> = {}): Record<string, string> {
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...rest } = annotations;
  return rest;
}
