import type { ResourceDescriptor } from '@assay/attestation';
import type { PipelineRun, TaskRun } from '@assay/tekton';
import { ObserverError } from '../error.ts';
import type { Warn } from '../hints/warning.ts';
import type { RunFamily } from '../run/family.ts';
import type { Dependency } from './dependency.ts';
import {
  pipelineRunInputs,
  refSourceDependency,
  sidecarImages,
  stepImages,
  stepInputs,
  taskRunInputs,
} from './materials.ts';

/** SLSA v1 build types that Tekton Chains defines; the second carries whole TaskRuns. */
export const buildTypes = {
  slsa: 'https://tekton.dev/chains/v2/slsa',
  slsaTekton: 'https://tekton.dev/chains/v2/slsa-tekton',
} as const;

const inputName = 'inputs/result';
const stepActionPrefix = 'stepAction/';

/** The dependency that stands for the task of one child TaskRun; undefined when nothing is known of its origin. */
export type TaskDescriptor = (run: TaskRun) => ResourceDescriptor | undefined;

/** Chooses by build type; throws `UnsupportedBuildType`. */
export function taskDescriptorFor(buildType: string): TaskDescriptor {
  if (buildType === buildTypes.slsa) return slsaTaskDescriptor;
  if (buildType === buildTypes.slsaTekton) return tektonTaskDescriptor;
  throw new ObserverError('UnsupportedBuildType', `unsupported buildType ${buildType}`, {
    hint: `use ${buildTypes.slsa} or ${buildTypes.slsaTekton}`,
  });
}

function slsaTaskDescriptor(run: TaskRun): ResourceDescriptor | undefined {
  const source = run.status?.provenance?.refSource;
  return source === undefined ? undefined : { name: 'pipelineTask', ...refSourceDependency(source) };
}

function tektonTaskDescriptor(run: TaskRun): ResourceDescriptor {
  const source = run.status?.provenance?.refSource;
  return {
    name: 'pipelineTask',
    ...(source !== undefined && refSourceDependency(source)),
    content: Buffer.from(JSON.stringify(run)).toString('base64'),
  };
}

export interface DependencyOptions {
  /** Whether step results and remote StepActions count (v2alpha4). */
  withStepResults: boolean;
}

/** SLSA v1 `resolvedDependencies` of a TaskRun. */
export function taskRunDependencies(
  run: TaskRun,
  options: DependencyOptions,
  warn: Warn,
): ResourceDescriptor[] {
  const found: ResourceDescriptor[] = [...stepImages(run, warn), ...sidecarImages(run, warn)];
  if (options.withStepResults) found.push(...named(stepInputs(run, warn)), ...stepActions(run));
  found.push(...named(taskRunInputs(run, warn)));
  const source = run.status?.provenance?.refSource;
  const own = source === undefined ? [] : [{ name: 'task', ...refSourceDependency(source) }];
  return [...own, ...withoutDuplicates(found)];
}

/** SLSA v1 `resolvedDependencies` of a PipelineRun. */
export function pipelineRunDependencies(
  family: RunFamily<PipelineRun>,
  options: DependencyOptions & { buildType: string; deepInspection: boolean },
  warn: Warn,
): ResourceDescriptor[] {
  const describe = taskDescriptorFor(options.buildType);
  const source = family.run.status?.provenance?.refSource;
  const found: ResourceDescriptor[] =
    source === undefined ? [] : [{ name: 'pipeline', ...refSourceDependency(source) }];
  for (const child of family.executed) {
    const task = describe(child);
    if (task !== undefined) found.push(task);
    if (options.withStepResults) found.push(...stepActions(child));
    found.push(...stepImages(child, warn), ...sidecarImages(child, warn));
  }
  if (options.deepInspection && options.withStepResults) {
    for (const child of family.executed) found.push(...named(stepInputs(child, warn)));
  }
  found.push(...named(pipelineRunInputs(family, options.deepInspection, warn)));
  return withoutDuplicates(found);
}

function stepActions(run: TaskRun): ResourceDescriptor[] {
  return (run.status?.steps ?? []).flatMap((step) => {
    const source = step.provenance?.refSource;
    return source === undefined
      ? []
      : [{ name: `${stepActionPrefix}${step.name ?? ''}`, ...refSourceDependency(source) }];
  });
}

function named(dependencies: readonly Dependency[]): ResourceDescriptor[] {
  return dependencies.map((dependency) => ({ name: inputName, ...dependency }));
}

/**
 * Drops what equals an earlier entry in uri, digest and content, whatever its name; `task`, `pipeline` and
 * `stepAction/*` always stay, since they say where the definitions came from.
 */
export function withoutDuplicates(dependencies: readonly ResourceDescriptor[]): ResourceDescriptor[] {
  const seen = new Set<string>();
  return dependencies.filter(({ name, uri, digest, content }) => {
    const pairs = Object.entries(digest ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify([uri ?? '', pairs, content ?? '']);
    const isKnown = seen.has(key);
    seen.add(key);
    return !isKnown || name === 'task' || name === 'pipeline' || Boolean(name?.startsWith(stepActionPrefix));
  });
}
