import { readFileSync } from 'node:fs';
import type { Factory } from '@assay/cli';
import { coreResources, type KubeObject, Namespaces, type ResourceType } from '@assay/kube';
import { LimitRanges } from '@assay/pipelines';
import {
  CustomRuns,
  type FeatureFlags,
  formatFieldErrors,
  isDone,
  isSuccessful,
  labels,
  type PipelineRun,
  PipelineRuns,
  Pipelines,
  podName,
  readManifest,
  StepActions,
  type StepState,
  setDefaults,
  succeededCondition,
  type TaskRun,
  TaskRuns,
  Tasks,
  unsupportedFeatures,
  validateObject,
} from '@assay/tekton';

/** What became of an example. `refused`: Assay says beforehand that it does not do what the example asks for. */
export interface Outcome {
  verdict: 'passed' | 'failed' | 'refused';
  reason: string;
  message: string;
  /** The last lines of each step that ran in a run that failed. */
  log: string[];
}

export interface ExampleOptions {
  /** A fresh one, made here. */
  namespace: string;
  featureFlags: FeatureFlags;
  /** For each run of the file. */
  timeoutMs: number;
}

type Run = TaskRun | PipelineRun;

const served: readonly ResourceType[] = [
  ...coreResources,
  LimitRanges,
  CustomRuns,
  Tasks,
  Pipelines,
  StepActions,
  TaskRuns,
  PipelineRuns,
];
const passed: Outcome = { verdict: 'passed', reason: '', message: '', log: [] };
const logLines = 8;

/**
 * Creates a file's objects in order and follows its runs to their end. It passes when every run succeeds and every
 * step that was not skipped has ended with an exit code.
 */
export async function runExample(factory: Factory, file: string, options: ExampleOptions): Promise<Outcome> {
  const loaded = await load(file, options.featureFlags);
  if ('verdict' in loaded) return loaded;
  const { client } = factory;
  const { namespace } = options;
  await client.create(Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const runs: Run[] = [];
  for (const object of loaded.objects) {
    const resource = served.find(
      ({ group, version, kind }) =>
        object.kind === kind && object.apiVersion === (group ? `${group}/${version}` : version),
    );
    if (!resource) return refused(`${object.apiVersion} ${object.kind} is not served`);
    try {
      const created = await client.create(resource, placed(object, resource, namespace));
      if (resource === TaskRuns || resource === PipelineRuns) runs.push(created as Run);
    } catch (error) {
      return failed(
        'CreateFailed',
        `${object.kind} ${object.metadata.name ?? ''}: ${(error as Error).message}`,
      );
    }
  }
  if (runs.length === 0) return failed('NoRun', 'the file creates no run');
  const outcomes = await Promise.all(runs.map((run) => follow(factory, run, options.timeoutMs)));
  return outcomes.find(({ verdict }) => verdict !== 'passed') ?? passed;
}

async function load(file: string, flags: FeatureFlags): Promise<{ objects: KubeObject[] } | Outcome> {
  const manifest = await readManifest(readFileSync(file, 'utf8'), file);
  const [problem] = manifest.problems;
  if (problem) return failed('InvalidManifest', `line ${problem.line}: ${problem.message}`);
  const objects = manifest.objects.map((object) => setDefaults(object));
  const refusals = objects.flatMap((object) => unsupportedFeatures(object));
  if (refusals.length > 0) return refused(oneLine(formatFieldErrors(refusals)));
  const invalid = objects.flatMap((object) => validateObject(object, { featureFlags: flags }));
  return invalid.length > 0 ? failed('Invalid', oneLine(formatFieldErrors(invalid))) : { objects };
}

function placed(object: KubeObject, { namespaced }: ResourceType, namespace: string): KubeObject {
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata: namespaced ? { ...metadata, namespace } : metadata };
}

async function follow(factory: Factory, run: Run, timeoutMs: number): Promise<Outcome> {
  const { client } = factory;
  const resource = (run.kind === 'TaskRun' ? TaskRuns : PipelineRuns) as ResourceType<Run>;
  const { namespace, name } = run.metadata;
  let last = run;
  const events = client.watch<Run>(resource, {
    namespace: namespace!,
    fieldSelector: `metadata.name=${name}`,
    signal: AbortSignal.timeout(timeoutMs),
  });
  for await (const event of events) {
    if (event.type !== 'BOOKMARK') last = event.object;
    if (isDone(last)) break;
  }
  const taskRuns = await taskRunsOf(factory, last);
  if (!isDone(last)) {
    const status = run.kind === 'TaskRun' ? 'TaskRunCancelled' : 'Cancelled';
    await client.patch(resource, namespace!, name!, { spec: { status } });
    return {
      ...failed('NotDone', `still running after ${timeoutMs / 1000} s`),
      log: await lastLines(factory, taskRuns),
    };
  }
  const { reason = '', message = '' } = succeededCondition(last) ?? {};
  if (!isSuccessful(last)) return { ...failed(reason, message), log: await lastLines(factory, taskRuns) };
  for (const taskRun of taskRuns) {
    const problem = stepsProblem(taskRun);
    if (problem !== undefined) return failed('StepDidNotRun', problem);
  }
  return passed;
}

async function taskRunsOf({ client }: Factory, run: Run): Promise<TaskRun[]> {
  if (run.kind === 'TaskRun') return [run as TaskRun];
  const { namespace, uid } = run.metadata;
  const labelSelector = `${labels.pipelineRunUID}=${uid}`;
  return (await client.list(TaskRuns, { namespace: namespace!, labelSelector })).items;
}

/** What shows that a TaskRun did not run as its status says. */
function stepsProblem({ metadata, status, spec }: TaskRun): string | undefined {
  const steps: StepState[] = status?.steps ?? [];
  const expected = (status?.taskSpec ?? spec.taskSpec)?.steps?.length ?? 0;
  if (steps.length === 0 || steps.length !== expected)
    return `${metadata.name} shows ${steps.length} steps of ${expected}`;
  const open = steps.find(({ terminated }) => typeof terminated?.exitCode !== 'number');
  return open && `step ${open.name} of ${metadata.name} has no exit code`;
}

async function lastLines({ logs }: Factory, taskRuns: readonly TaskRun[]): Promise<string[]> {
  const lines: string[] = [];
  for (const { metadata, status } of taskRuns) {
    if (status?.conditions?.some((condition) => condition.status === 'True')) continue;
    const pod = podName(metadata.name!, status?.retriesStatus?.length ?? 0);
    for (const { name, container } of status?.steps ?? []) {
      const target = { namespace: metadata.namespace!, pod, uid: metadata.uid!, container: container! };
      const own: string[] = [];
      for await (const { text } of logs.read(target)) own.push(`${metadata.name}/${name}: ${text}`);
      lines.push(...own.slice(-logLines));
    }
    const { reason, message } = succeededCondition({ status } as TaskRun) ?? {};
    lines.push(`${metadata.name}: ${reason}: ${message}`);
  }
  return lines;
}

function failed(reason: string, message: string): Outcome {
  return { verdict: 'failed', reason, message, log: [] };
}

function refused(message: string): Outcome {
  return { verdict: 'refused', reason: 'Refused', message, log: [] };
}

function oneLine(text: string): string {
  return text.replaceAll('\n', '; ');
}
