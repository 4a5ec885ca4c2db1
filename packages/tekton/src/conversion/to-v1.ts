import type { KubeObject } from '@assay/kube';
import { stepActionApiVersion, tektonApiVersion } from '../types/resources.ts';
import type { Deprecations } from './deprecations.ts';
import { conversionAnnotations, deprecatedFields, setAside } from './deprecations.ts';
import type { Fields } from './fields.ts';
import { changed, changedItems, fieldsOf, renamed, without } from './fields.ts';

const older = 'tekton.dev/v1beta1';
const moved = new Set(['Task', 'Pipeline', 'TaskRun', 'PipelineRun']);

/** True for an object of a version that Tekton still takes and stores as a newer one. */
export function isOlderVersion({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return (
    (apiVersion === older && moved.has(kind)) ||
    (apiVersion === 'tekton.dev/v1alpha1' && kind === 'StepAction')
  );
}

/**
 * An object of `tekton.dev/v1beta1` as one of `tekton.dev/v1`, and a StepAction of `v1alpha1` as one of `v1beta1`; any
 * other object comes back as it is. What the newer version cannot hold goes into Tekton's annotations.
 * @see https://tekton.dev/docs/pipelines/migrating-v1beta1-to-v1/
 */
export function toV1<T extends KubeObject>(object: T): T {
  if (!isOlderVersion(object)) return object;
  if (object.kind === 'StepAction') return { ...object, apiVersion: stepActionApiVersion };
  const fields = { ...object, apiVersion: tektonApiVersion } as unknown as Fields;
  const aside: Deprecations = new Map();
  const name = object.metadata?.name ?? '';
  const spec = fieldsOf(fields.spec);
  const annotations: Record<string, string> = {};
  if (spec.resources !== undefined)
    annotations[conversionAnnotations.resources] = JSON.stringify(spec.resources);
  const convert = converters[object.kind] as (value: Fields) => Fields;
  let converted = changed(fields, 'spec', (value) => convert(without(value, ['resources'])));
  if (object.kind === 'TaskRun') converted = changed(converted, 'status', taskRunStatus);
  if (object.kind === 'PipelineRun') converted = changed(converted, 'status', pipelineRunStatus);
  rememberIn(aside, object.kind, name, spec);
  if (aside.size > 0)
    annotations[conversionAnnotations.deprecations] = JSON.stringify(Object.fromEntries(aside));
  if (Object.keys(annotations).length > 0) {
    const metadata = { ...object.metadata, annotations: { ...object.metadata?.annotations, ...annotations } };
    converted = { ...converted, metadata };
  }
  return converted as unknown as T;
}

const converters: Readonly<Record<string, (spec: Fields) => Fields>> = {
  Task: taskSpec,
  Pipeline: pipelineSpec,
  TaskRun: taskRunSpec,
  PipelineRun: pipelineRunSpec,
};

/** Deprecated fields anywhere in a spec, by the Task they belong to. */
function rememberIn(aside: Deprecations, kind: string, name: string, spec: Fields): void {
  if (kind === 'Task') setAside(aside, name, spec);
  if (kind === 'TaskRun') setAside(aside, name, fieldsOf(spec.taskSpec));
  const pipeline = kind === 'Pipeline' ? spec : kind === 'PipelineRun' ? fieldsOf(spec.pipelineSpec) : {};
  for (const section of ['tasks', 'finally']) {
    const tasks = pipeline[section];
    for (const task of Array.isArray(tasks) ? tasks : []) {
      setAside(aside, String(fieldsOf(task).name ?? ''), fieldsOf(fieldsOf(task).taskSpec));
    }
  }
}

const withResources = (container: Fields): Fields => renamed(container, 'resources', 'computeResources');

function taskSpec(spec: Fields): Fields {
  let copy = without(spec, ['resources']);
  copy = changedItems(copy, 'steps', (step) => withResources(without(step, deprecatedFields.step)));
  copy = changed(copy, 'stepTemplate', (template) =>
    withResources(without(template, deprecatedFields.stepTemplate)),
  );
  return changedItems(copy, 'sidecars', withResources);
}

const reference = (ref: Fields): Fields => without(ref, ['bundle']);

function pipelineTask(task: Fields): Fields {
  let copy = without(task, ['resources', 'conditions']);
  copy = changed(copy, 'taskRef', reference);
  copy = changed(copy, 'pipelineRef', reference);
  copy = changed(copy, 'taskSpec', taskSpec);
  return changed(copy, 'pipelineSpec', pipelineSpec);
}

function pipelineSpec(spec: Fields): Fields {
  const copy = changedItems(without(spec, ['resources']), 'tasks', pipelineTask);
  return changedItems(copy, 'finally', pipelineTask);
}

function overrides(spec: Fields): Fields {
  let copy = changedItems(spec, 'stepOverrides', withResources);
  copy = changedItems(copy, 'sidecarOverrides', withResources);
  return renamed(renamed(copy, 'stepOverrides', 'stepSpecs'), 'sidecarOverrides', 'sidecarSpecs');
}

function taskRunSpec(spec: Fields): Fields {
  return overrides(changed(changed(spec, 'taskRef', reference), 'taskSpec', taskSpec));
}

function pipelineRunSpec(spec: Fields): Fields {
  let copy = changed(changed(spec, 'pipelineRef', reference), 'pipelineSpec', pipelineSpec);
  copy = changedItems(copy, 'taskRunSpecs', (item) =>
    overrides(
      renamed(
        renamed(item, 'taskServiceAccountName', 'serviceAccountName'),
        'taskPodTemplate',
        'podTemplate',
      ),
    ),
  );
  const { serviceAccountName, podTemplate, timeout, ...rest } = copy;
  const template: Fields = {};
  if (serviceAccountName !== undefined) template.serviceAccountName = serviceAccountName;
  if (podTemplate !== undefined) template.podTemplate = podTemplate;
  if (Object.keys(template).length > 0) rest.taskRunTemplate = template;
  if (timeout !== undefined) rest.timeouts = { pipeline: timeout };
  return rest;
}

function taskRunStatus(status: Fields): Fields {
  let copy = without(status, ['cloudEvents', 'resourcesResult']);
  copy = renamed(copy, 'taskResults', 'results');
  copy = changedItems(copy, 'retriesStatus', taskRunStatus);
  return changed(copy, 'taskSpec', taskSpec);
}

function pipelineRunStatus(status: Fields): Fields {
  const copy = renamed(without(status, ['taskRuns', 'runs']), 'pipelineResults', 'results');
  return changed(copy, 'pipelineSpec', pipelineSpec);
}
