import type { KubeObject } from '@assay/kube';
import { tektonApiVersion } from '../types/resources.ts';
import { broughtBack, conversionAnnotations } from './deprecations.ts';
import type { Fields } from './fields.ts';
import { changed, changedItems, fieldsOf, renamed, without } from './fields.ts';

type Aside = Readonly<Record<string, Fields>>;

const kinds = ['Task', 'Pipeline', 'TaskRun', 'PipelineRun'];

/**
 * An object of `tekton.dev/v1` as a client of `tekton.dev/v1beta1` reads it; others come back as they are. What `toV1`
 * put into annotations returns to its place.
 */
export function toV1beta1<T extends KubeObject>(object: T): T {
  if (object.apiVersion !== tektonApiVersion || !kinds.includes(object.kind)) return object;
  const { annotations, ...metadata } = object.metadata ?? {};
  const {
    [conversionAnnotations.deprecations]: deprecations,
    [conversionAnnotations.resources]: resources,
    ...kept
  } = annotations ?? {};
  const aside = parsed(deprecations) as Aside;
  const name = metadata.name ?? '';
  const fields = {
    ...object,
    apiVersion: 'tekton.dev/v1beta1',
    metadata: Object.keys(kept).length > 0 ? { ...metadata, annotations: kept } : metadata,
  } as unknown as Fields;
  let converted = changed(fields, 'spec', (spec) => specOf(object.kind, spec, name, aside));
  if (resources !== undefined) {
    converted = changed(converted, 'spec', (spec) => ({ ...spec, resources: parsed(resources) }));
  }
  if (object.kind === 'TaskRun')
    converted = changed(converted, 'status', (status) => taskRunStatus(status, name, aside));
  if (object.kind === 'PipelineRun') {
    converted = changed(converted, 'status', (status) =>
      changed(renamed(status, 'results', 'pipelineResults'), 'pipelineSpec', (spec) =>
        pipelineSpec(spec, aside),
      ),
    );
  }
  return converted as unknown as T;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}

function specOf(kind: string, spec: Fields, name: string, aside: Aside): Fields {
  switch (kind) {
    case 'Task':
      return taskSpec(spec, name, aside);
    case 'Pipeline':
      return pipelineSpec(spec, aside);
    case 'TaskRun':
      return overrides(changed(spec, 'taskSpec', (own) => taskSpec(own, name, aside)));
    default:
      return pipelineRunSpec(spec, aside);
  }
}

const withResources = (container: Fields): Fields => renamed(container, 'computeResources', 'resources');

function taskSpec(spec: Fields, name: string, aside: Aside): Fields {
  const back = broughtBack(aside[name]);
  let copy = changedItems(spec, 'steps', (step, index) => ({ ...withResources(step), ...back.steps[index] }));
  if (copy.stepTemplate !== undefined || Object.keys(back.template).length > 0) {
    copy = { ...copy, stepTemplate: { ...withResources(fieldsOf(copy.stepTemplate)), ...back.template } };
  }
  return changedItems(copy, 'sidecars', withResources);
}

function pipelineSpec(spec: Fields, aside: Aside): Fields {
  const task = (fields: Fields): Fields => {
    const copy = changed(fields, 'taskSpec', (own) => taskSpec(own, String(fields.name ?? ''), aside));
    return changed(copy, 'pipelineSpec', (own) => pipelineSpec(own, {}));
  };
  return changedItems(changedItems(spec, 'tasks', task), 'finally', task);
}

function overrides(spec: Fields): Fields {
  let copy = changedItems(spec, 'stepSpecs', withResources);
  copy = changedItems(copy, 'sidecarSpecs', withResources);
  return renamed(renamed(copy, 'stepSpecs', 'stepOverrides'), 'sidecarSpecs', 'sidecarOverrides');
}

function pipelineRunSpec(spec: Fields, aside: Aside): Fields {
  let copy = changed(spec, 'pipelineSpec', (own) => pipelineSpec(own, aside));
  copy = changedItems(copy, 'taskRunSpecs', (item) =>
    overrides(
      renamed(
        renamed(item, 'serviceAccountName', 'taskServiceAccountName'),
        'podTemplate',
        'taskPodTemplate',
      ),
    ),
  );
  return { ...without(copy, ['taskRunTemplate']), ...fieldsOf(copy.taskRunTemplate) };
}

function taskRunStatus(status: Fields, name: string, aside: Aside): Fields {
  let copy = renamed(without(status, ['artifacts']), 'results', 'taskResults');
  copy = changedItems(copy, 'steps', (step) => without(step, ['terminationReason']));
  copy = changedItems(copy, 'retriesStatus', (attempt) => taskRunStatus(attempt, name, aside));
  return changed(copy, 'taskSpec', (spec) => taskSpec(spec, name, aside));
}
