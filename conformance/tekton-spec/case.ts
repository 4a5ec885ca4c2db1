import type { Factory } from '@assay/cli';
import { coreResources, type KubeObject, Namespaces, type ResourceType } from '@assay/kube';
import {
  isDone,
  labels,
  type PipelineRun,
  PipelineRuns,
  Pipelines,
  podName,
  readManifest,
  StepActions,
  succeededCondition,
  type TaskRun,
  TaskRuns,
  Tasks,
} from '@assay/tekton';

/** A run that has ended, and what can be seen of it. */
export interface EndedRun {
  run: TaskRun & PipelineRun;
  /** The run as it was seen on the way, its end included. */
  seen: readonly TaskRun[];
  /** A PipelineRun's, by the names of the pipeline's tasks. */
  taskRuns: ReadonlyMap<string, TaskRun>;
  /** What a container of the TaskRun printed. @param taskRun default the run itself */
  log(container: string, taskRun?: TaskRun): Promise<string[]>;
}

/** One requirement of the specification. */
export interface SpecCase {
  name: string;
  /** YAML, one run in it. */
  objects: string;
  /** Status and reason of the condition `Succeeded`. */
  ends: readonly ['True' | 'False', string];
  /** Throws when something else is not as required. */
  check?: (ended: EndedRun) => void | Promise<void>;
}

const served: readonly ResourceType[] = [
  ...coreResources,
  Tasks,
  Pipelines,
  StepActions,
  TaskRuns,
  PipelineRuns,
];

/** A TaskRun named `run` with this specification, indented as under `spec`. */
export function taskRun(spec: string): string {
  return `apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: run, labels: {suite: spec}, annotations: {suite: spec}}\nspec:\n${spec}`;
}

/** A PipelineRun named `run` with this specification. */
export function pipelineRun(spec: string): string {
  return `apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: run}\nspec:\n${spec}`;
}

/** Creates the objects in a namespace of their own and follows the run to its end. @throws when it is not as required */
export async function runCase(factory: Factory, spec: SpecCase, namespace: string, timeoutMs: number) {
  const { client } = factory;
  const { objects, problems } = await readManifest(spec.objects, 'case.yaml');
  if (problems[0]) throw new Error(`line ${problems[0].line}: ${problems[0].message}`);
  await client.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  let run: KubeObject | undefined;
  let resource: ResourceType | undefined;
  for (const object of objects) {
    const own = served.find(({ kind }) => kind === object.kind)!;
    const created = await client.create(own, { ...object, metadata: { ...object.metadata, namespace } });
    if (own === TaskRuns || own === PipelineRuns) [run, resource] = [created, own];
  }
  const seen = await follow(factory, run as TaskRun, resource as ResourceType<TaskRun>, timeoutMs);
  const ended = seen.at(-1) as TaskRun;
  const { status, reason, message } = succeededCondition(ended) ?? {};
  if (status !== spec.ends[0] || reason !== spec.ends[1])
    throw new Error(`ended with ${status} ${reason} (${message}), not ${spec.ends.join(' ')}`);
  await spec.check?.(await evidenceOf(factory, ended as TaskRun & PipelineRun, seen));
}

async function follow({ client }: Factory, run: TaskRun, resource: ResourceType<TaskRun>, timeoutMs: number) {
  const { namespace, name } = run.metadata;
  const events = client.watch(resource, {
    namespace: namespace!,
    fieldSelector: `metadata.name=${name}`,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const seen: TaskRun[] = [];
  for await (const event of events) {
    if (event.type === 'BOOKMARK') continue;
    seen.push(event.object);
    if (isDone(event.object)) return seen;
  }
  throw new Error(`still running after ${timeoutMs / 1000} s`);
}

async function evidenceOf(
  { client, logs }: Factory,
  run: TaskRun & PipelineRun,
  seen: readonly TaskRun[],
): Promise<EndedRun> {
  const { namespace, uid } = run.metadata;
  const labelSelector = `${labels.pipelineRunUID}=${uid}`;
  const { items } = await client.list(TaskRuns, { namespace: namespace!, labelSelector });
  return {
    run,
    seen,
    taskRuns: new Map(items.map((item) => [item.metadata.labels?.[labels.pipelineTask] ?? '', item])),
    async log(container, taskRun = run) {
      const { metadata, status } = taskRun;
      const pod = podName(metadata.name!, status?.retriesStatus?.length ?? 0);
      const lines: string[] = [];
      const target = { namespace: namespace!, pod, uid: metadata.uid!, container };
      for await (const { text } of logs.read(target)) lines.push(text);
      return lines;
    },
  };
}
