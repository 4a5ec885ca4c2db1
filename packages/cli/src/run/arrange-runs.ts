import type { KubeObject } from '@assay/kube';
import {
  type Param,
  type ParamSpec,
  type PipelineRun,
  setDefaults,
  type TaskRun,
  tektonApiVersion,
  typeOfSpec,
  upstreamManager,
  type WorkspaceBinding,
} from '@assay/tekton';
import { CliError } from '../error.ts';

/** What the command line adds to the runs of a file. */
export interface RunOverrides {
  namespace?: string;
  /** `NAME=VALUE` each. */
  params: string[];
  workspaces: WorkspaceBinding[];
  /** A Go duration. */
  timeout?: string;
}

/** A file's objects as they are to be created: definitions first, then runs. */
export interface ArrangedRuns {
  definitions: KubeObject[];
  runs: (TaskRun | PipelineRun)[];
}

/**
 * Sorts a file's objects into definitions and runs, makes a run where there is only a Pipeline or a Task, and lays the
 * command line's values over the runs.
 * @throws CliError Usage when there is nothing to run, or a param does not fit
 */
export function arrangeRuns(objects: readonly KubeObject[], overrides: RunOverrides): ArrangedRuns {
  const placed = objects.map((object) => withNamespace(object, overrides.namespace));
  const definitions = placed.filter((object) => !isRun(object));
  const given = placed.filter(isRun);
  const runs = given.length > 0 ? given : [runOf(definitions)];
  for (const run of runs) refuseForeign(run);
  return { definitions, runs: runs.map((run) => override(run, definitions, overrides)) };
}

/** A run that another engine is to execute would be waited for without end. */
function refuseForeign(run: TaskRun | PipelineRun): void {
  const { managedBy = upstreamManager } = run.spec;
  if (managedBy === upstreamManager) return;
  throw new CliError('Usage', `${run.kind} ${nameOf(run)} is managed by ${managedBy}, and so not run here`, {
    hint: 'leave out spec.managedBy',
  });
}

export function isRun(object: KubeObject): object is TaskRun | PipelineRun {
  return (
    object.apiVersion === tektonApiVersion && (object.kind === 'TaskRun' || object.kind === 'PipelineRun')
  );
}

function withNamespace<T extends KubeObject>(object: T, namespace: string | undefined): T {
  const own = object.metadata.namespace;
  if (namespace !== undefined && own !== undefined && own !== namespace) {
    throw new CliError(
      'Usage',
      `${object.kind} ${nameOf(object)} is in namespace ${own}, not in ${namespace}`,
      {
        hint: 'leave out -n, or metadata.namespace',
      },
    );
  }
  return { ...object, metadata: { ...object.metadata, namespace: own ?? namespace ?? 'default' } };
}

/** The run of a file that only defines: its one Pipeline, else its one Task. */
function runOf(definitions: readonly KubeObject[]): TaskRun | PipelineRun {
  const ofKind = (kind: string) =>
    definitions.filter((object) => object.apiVersion === tektonApiVersion && object.kind === kind);
  const pipelines = ofKind('Pipeline');
  const candidates = pipelines.length > 0 ? pipelines : ofKind('Task');
  const [definition] = candidates;
  if (!definition || candidates.length > 1) {
    const names = candidates.map(nameOf).join(', ');
    throw new CliError(
      'Usage',
      definition ? `which of them is to be run: ${names}?` : 'there is nothing to run in the file',
      {
        hint: 'add a TaskRun or PipelineRun to the file, or give a file with one Pipeline or one Task',
      },
    );
  }
  const metadata = {
    generateName: `${definition.metadata.name}-`,
    namespace: definition.metadata.namespace!,
  };
  const ref = { name: definition.metadata.name! };
  const run =
    definition.kind === 'Pipeline'
      ? { apiVersion: tektonApiVersion, kind: 'PipelineRun', metadata, spec: { pipelineRef: ref } }
      : {
          apiVersion: tektonApiVersion,
          kind: 'TaskRun',
          metadata,
          spec: { taskRef: { ...ref, kind: 'Task' } },
        };
  return setDefaults(run) as TaskRun | PipelineRun;
}

function override(
  run: TaskRun | PipelineRun,
  definitions: readonly KubeObject[],
  { params, workspaces, timeout }: RunOverrides,
): TaskRun | PipelineRun {
  const specs = paramSpecs(run, definitions);
  const added = params.map((text) => parseParam(text, specs));
  const over = <T extends { name: string }>(own: readonly T[] | undefined, set: readonly T[]): T[] => [
    ...(own ?? []).filter(({ name }) => !set.some((item) => item.name === name)),
    ...set,
  ];
  const changed = structuredClone(run);
  if (added.length > 0) changed.spec.params = over(changed.spec.params, added);
  if (workspaces.length > 0) changed.spec.workspaces = over(changed.spec.workspaces, workspaces);
  if (timeout !== undefined) {
    if (changed.kind === 'PipelineRun') {
      (changed as PipelineRun).spec.timeouts = { pipeline: timeout };
    } else {
      (changed as TaskRun).spec.timeout = timeout;
    }
  }
  return changed;
}

function paramSpecs(run: TaskRun | PipelineRun, definitions: readonly KubeObject[]): ParamSpec[] {
  const { taskSpec, taskRef, pipelineSpec, pipelineRef } = run.spec as TaskRun['spec'] & PipelineRun['spec'];
  const embedded = taskSpec ?? pipelineSpec;
  if (embedded) return embedded.params ?? [];
  const kind = pipelineRef ? 'Pipeline' : 'Task';
  const name = (pipelineRef ?? taskRef)?.name;
  const definition = definitions.find((object) => object.kind === kind && object.metadata.name === name);
  return (definition as { spec?: { params?: ParamSpec[] } } | undefined)?.spec?.params ?? [];
}

/** `NAME=VALUE`; a list is written `a,b` as with tkn, an object as JSON. */
function parseParam(text: string, specs: readonly ParamSpec[]): Param {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new CliError('Usage', `-p ${text} is not NAME=VALUE`, {
      hint: 'write for instance -p revision=main',
    });
  }
  const name = text.slice(0, at);
  const value = text.slice(at + 1);
  const spec = specs.find((candidate) => candidate.name === name);
  const type = spec ? typeOfSpec(spec) : 'string';
  if (type === 'array') return { name, value: value === '' ? [] : value.split(',') };
  if (type !== 'object') return { name, value };
  try {
    return { name, value: JSON.parse(value) as Record<string, string> };
  } catch (error) {
    throw new CliError('Usage', `-p ${name}: the param is an object, and the value is not JSON`, {
      hint: `write for instance -p '${name}={"key":"value"}'`,
      cause: error,
    });
  }
}

function nameOf({ metadata }: KubeObject): string {
  return metadata.name ?? `${metadata.generateName}*`;
}
