import type { ObjectMeta, OwnerReference } from '@assay/kube';
import type { PipelineRun, PipelineTask } from '@assay/tekton';
import { admittedAnnotations, annotations as annotationNames, labels, tektonApiVersion } from '@assay/tekton';

/** Labels and annotations, without the rest of `metadata`. */
export interface Marks {
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** The part of a Pipeline in which a task stands. */
export type Section = 'tasks' | 'finally';

const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
const maxNameLength = 63;

/** The controlling owner reference to a PipelineRun. */
export function ownedBy(run: PipelineRun): OwnerReference {
  return {
    apiVersion: tektonApiVersion,
    kind: 'PipelineRun',
    name: run.metadata.name!,
    uid: run.metadata.uid!,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/**
 * The labels and annotations a run takes on when its definition is known: the definition's own, under the run's,
 * and `tekton.dev/pipeline`. For an embedded spec that label is the run's generateName (cut to a name) or name.
 */
export function runMarks(run: PipelineRun, pipeline: ObjectMeta | undefined): Marks {
  const own = run.metadata.labels ?? {};
  const named = pipeline?.name ? { [labels.pipeline]: pipeline.name } : {};
  return {
    labels: {
      [labels.pipeline]: run.spec.pipelineRef?.name || anonymousPipelineName(run.metadata),
      ...pipeline?.labels,
      ...own,
      ...named,
    },
    annotations: {
      ...admittedAnnotations(applicable(pipeline?.annotations ?? {})),
      ...run.metadata.annotations,
    },
  };
}

function anonymousPipelineName(metadata: ObjectMeta): string {
  const generated = metadata.generateName?.slice(0, maxNameLength).replace(/[^a-zA-Z0-9]+$/, '');
  return generated || metadata.name!;
}

/**
 * The labels and annotations of the TaskRun of a PipelineTask. Where a key comes from several places,
 * `taskRunSpecs[].metadata` wins over the run, and the run over `taskSpec.metadata`. The labels that say what the
 * TaskRun belongs to cannot be overridden, and annotations reserved for the observer are dropped: all of these
 * maps are the user's.
 */
export function taskRunMarks(run: PipelineRun, task: PipelineTask, section: Section): Marks {
  const override = run.spec.taskRunSpecs?.findLast((spec) => spec.pipelineTaskName === task.name)?.metadata;
  const embedded = task.taskSpec?.metadata;
  const given = { ...embedded?.annotations, ...run.metadata.annotations, ...override?.annotations };
  return {
    labels: {
      ...embedded?.labels,
      ...run.metadata.labels,
      ...override?.labels,
      [labels.pipelineRun]: run.metadata.name!,
      [labels.pipelineRunUID]: run.metadata.uid!,
      [labels.pipelineTask]: task.name,
      [labels.memberOf]: section,
    },
    annotations: {
      ...admittedAnnotations(applicable(given)),
      ...(task.onError === 'continue' && { [annotationNames.pipelineTaskOnError]: 'continue' }),
    },
  };
}

function applicable(annotations: Record<string, string>): Record<string, string> {
  const { [lastAppliedAnnotation]: _lastApplied, ...rest } = annotations;
  return rest;
}
