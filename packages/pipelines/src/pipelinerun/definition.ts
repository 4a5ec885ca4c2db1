import type { ObjectMeta } from '@assay/kube';
import type {
  Param,
  PipelineRun,
  PipelineSpec,
  PipelineTask,
  RefSource,
  Replacements,
  RunState,
  TaskRef,
  TaskSpec,
  VerificationResult,
} from '@assay/tekton';
import {
  mergeReplacements,
  Pipelines,
  paramReplacements,
  pipelineContext,
  pipelineWorkspaces,
  replaceParams,
  resolveParams,
  resolvePipelineRef,
  resolveTaskRef,
  resultReplacements,
  setPipelineDefaults,
  setTaskDefaults,
  substitutePipelineSpec,
  substituteWorkspaceBinding,
  Tasks,
  TektonError,
} from '@assay/tekton';
import { childKindOf } from './child.ts';
import type { Context } from './context.ts';
import { Failure } from './failure.ts';
import { checkPipeline } from './pipeline-checks.ts';
import { isPermanent, lookupIn } from './references.ts';

/** What a run executes. */
export interface Definition {
  /** The Pipeline's name, the run's own when the spec is embedded. */
  name: string;
  /** The Pipeline's metadata; absent when the spec is embedded, or comes from the run's status. */
  metadata?: ObjectMeta;
  /** As `status.pipelineSpec` keeps it: params, context and workspace variables replaced, results not. */
  spec: PipelineSpec;
  refSource?: RefSource;
  /** What trusted resources say of the Pipeline. */
  verification?: VerificationResult;
  /** True once the run's status holds the spec: from then on it does not matter what becomes of the Pipeline. */
  pinned: boolean;
}

/**
 * Finds what a run executes: the spec its status holds, or else the embedded or referenced one, validated and with
 * the run's params applied.
 *
 * @throws what a resolver or the API throws, unless it is permanent
 */
export async function define(context: Context, run: PipelineRun): Promise<Definition | Failure> {
  const name = run.spec.pipelineRef?.name || run.metadata.name!;
  if (run.status?.pipelineSpec) return { name, spec: run.status.pipelineSpec, pinned: true };
  const { pipelineRef, pipelineSpec } = run.spec;
  if (pipelineSpec) return withParams(context, run, { name, spec: pipelineSpec, pinned: false });
  const who = `${run.metadata.namespace}/${run.metadata.name}`;
  const unusable = (message: string) =>
    new Failure('CouldntGetPipeline', `Error retrieving pipeline for pipelinerun ${who}: ${message}`);
  if (!pipelineRef)
    return unusable(`pipelineRun ${run.metadata.name} not providing PipelineRef or PipelineSpec`);
  if (pipelineRef.bundle) return unusable('pipelineRef.bundle is not supported');
  try {
    const { client, resolvers, defaults } = context;
    const lookup = lookupIn(client, Pipelines, run.metadata.namespace!);
    const reference = pipelineRef.params
      ? { ...pipelineRef, params: replaceParams(pipelineRef.params, knownOf(run)) }
      : pipelineRef;
    const { object, source, verification } = await resolvePipelineRef(reference, {
      ...{ lookup, resolvers },
      context: { namespace: run.metadata.namespace! },
    });
    if (verification?.type === 'error') {
      const message = `PipelineRun ${who} referred pipeline failed signature verification`;
      return new Failure('ResourceVerificationFailed', message, verification);
    }
    const { metadata, spec } = setPipelineDefaults(object, defaults);
    const found = {
      ...{ name: metadata.name || name, metadata, spec, pinned: false },
      ...(source && { refSource: source }),
      ...(verification && { verification }),
    };
    return withParams(context, run, found);
  } catch (error) {
    if (!isPermanent(error)) throw error;
    return unusable(`error when getting Pipeline for PipelineRun ${run.metadata.name}: ${wordsOf(error)}`);
  }
}

/** Validates a fresh definition against the run, and replaces what is known before anything has run. */
function withParams(context: Context, run: PipelineRun, definition: Definition): Definition | Failure {
  const { name, spec } = definition;
  const failure = checkPipeline(run, name, spec, context.validation);
  if (failure) return failure;
  const replacements = mergeReplacements(
    paramReplacements(paramsOf(run, spec)),
    contextOf(run, name),
    pipelineWorkspaces(spec, new Set(run.spec.workspaces?.map((binding) => binding.name))),
  );
  return { ...definition, spec: substitutePipelineSpec(spec, replacements) };
}

/** What the params of a reference may use: the run's own params and identity. */
function knownOf(run: PipelineRun): Replacements {
  return mergeReplacements(paramReplacements(run.spec.params ?? []), contextOf(run, ''));
}

function paramsOf(run: PipelineRun, spec: PipelineSpec): Param[] {
  return resolveParams(spec.params ?? [], run.spec.params ?? []);
}

function contextOf({ metadata }: PipelineRun, pipelineName: string): Replacements {
  const { name, namespace, uid } = metadata;
  return pipelineContext({ name: name!, namespace: namespace!, uid: uid!, pipelineName });
}

/** The run with the variables in its workspace bindings replaced, results of ended tasks included. */
export function withBoundWorkspaces(
  run: PipelineRun,
  { name, spec }: Definition,
  states: RunState['tasks'] = new Map(),
): PipelineRun {
  if (!run.spec.workspaces?.length) return run;
  const replacements = mergeReplacements(
    paramReplacements(paramsOf(run, spec)),
    contextOf(run, name),
    ...[...states].map(([task, { results }]) => resultReplacements(task, results)),
  );
  const workspaces = run.spec.workspaces.map((binding) => substituteWorkspaceBinding(binding, replacements));
  return { ...run, spec: { ...run.spec, workspaces } };
}

/**
 * The specs of the Tasks behind `tasks`, by PipelineTask; several references to one Task are followed once.
 *
 * @throws what a resolver or the API throws, unless it is permanent
 */
export async function resolveTasks(
  { client, resolvers, defaults }: Context,
  run: PipelineRun,
  pipelineName: string,
  tasks: readonly PipelineTask[],
): Promise<Map<string, TaskSpec> | Failure> {
  const lookup = lookupIn(client, Tasks, run.metadata.namespace!);
  const requests = new Map<string, Promise<TaskSpec>>();
  const resolve = (task: PipelineTask): TaskSpec | Promise<TaskSpec> => {
    if (!task.taskRef || childKindOf(task) !== 'TaskRun') return task.taskSpec ?? {};
    const key = JSON.stringify(task.taskRef);
    const request =
      requests.get(key) ??
      resolveTaskRef(referenceOf(task.taskRef, run), {
        ...{ lookup, resolvers },
        context: { namespace: run.metadata.namespace! },
      }).then(({ object, verification }) => {
        if (verification?.type === 'error') throw new Unverified(task, verification);
        return setTaskDefaults(object, defaults).spec;
      });
    requests.set(key, request);
    return request;
  };
  const outcomes = await Promise.allSettled(
    tasks.map(async (task) => [task.name, await resolve(task)] as const),
  );
  const specs = new Map<string, TaskSpec>();
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') specs.set(...outcome.value);
    else if (outcome.reason instanceof Unverified) {
      const who = `${run.metadata.namespace}/${run.metadata.name}`;
      const { task, verification } = outcome.reason;
      const message = `PipelineRun ${who} referred task ${task.taskRef?.name ?? task.name} failed signature verification`;
      return new Failure('ResourceVerificationFailed', message, verification);
    } else if (!isPermanent(outcome.reason)) throw outcome.reason;
    else {
      const { name } = tasks[index]!.taskRef!;
      const detail = `Couldn't retrieve Task "${name ?? ''}": ${wordsOf(outcome.reason)}`;
      const pipeline = `Pipeline ${run.metadata.namespace}/${pipelineName}`;
      return new Failure(
        'CouldntGetTask',
        `${pipeline} can't be Run; it contains Tasks that don't exist: ${detail}`,
      );
    }
  }
  return specs;
}

/** A Task that is not signed as a policy wants. */
class Unverified extends Error {
  readonly task: PipelineTask;
  readonly verification: VerificationResult;

  constructor(task: PipelineTask, verification: VerificationResult) {
    super(verification.message ?? '');
    this.task = task;
    this.verification = verification;
  }
}

/** A reference whose params may still name those of the run, where the pipeline was not given its own yet. */
function referenceOf(reference: TaskRef, run: PipelineRun): TaskRef {
  return reference.params
    ? { ...reference, params: replaceParams(reference.params, knownOf(run)) }
    : reference;
}

function wordsOf(error: Error): string {
  const remote = error instanceof TektonError && error.code === 'ResolutionFailed';
  return remote ? `error requesting remote resource: ${error.message}` : error.message;
}
