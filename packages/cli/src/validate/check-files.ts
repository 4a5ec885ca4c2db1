import { readFileSync } from 'node:fs';
import type { KubeObject } from '@assay/kube';
import {
  checkPipelineRun,
  checkTaskRun,
  type Manifest,
  type ManifestProblem,
  type PipelineRun,
  type PipelineSpec,
  readManifest,
  setDefaults,
  strictWarnings,
  type TaskRun,
  type TaskSpec,
  unsupportedFeatures,
  type ValidationOptions,
  validateObject,
  withPropagatedWorkspaces,
} from '@assay/tekton';
import { CliError } from '../error.ts';
import type { FoundFile } from './find-files.ts';

export interface Problem extends ManifestProblem {
  /** A warning keeps nothing from running. */
  severity: 'error' | 'warning';
}

export interface CheckReport {
  files: number;
  objects: number;
  /** In the order of the files, then of their lines. */
  problems: Problem[];
}

export interface CheckOptions extends ValidationOptions {
  /** Warn of what a cluster would do differently. */
  strict: boolean;
}

interface Checked {
  manifest: Manifest;
  objects: KubeObject[];
}

/** Checks the objects of files without running anything, everything in one pass. Untrusted text enters here. */
export async function checkFiles(files: readonly FoundFile[], options: CheckOptions): Promise<CheckReport> {
  const problems: Problem[] = [];
  const checked: Checked[] = [];
  const error = (problem: ManifestProblem): Problem => ({ ...problem, severity: 'error' });
  for (const { path, named } of files) {
    const text = read(path);
    const manifest = await readManifest(text, path === '-' ? 'standard input' : path);
    const relevant = named || text.includes('tekton.dev/');
    if (relevant)
      problems.push(...manifest.problems.filter((problem) => named || !isNoObject(problem)).map(error));
    checked.push({
      manifest,
      objects: manifest.objects.map((object) => setDefaults(object, options.defaults)),
    });
  }
  const all = checked.flatMap(({ objects }) => objects);
  for (const { manifest, objects } of checked) {
    for (const [index, object] of objects.entries()) {
      const invalid = [...unsupportedFeatures(object), ...validateObject(object, options)];
      problems.push(...manifest.problemsOf(index, invalid).map(error));
      if (invalid.length > 0) continue;
      const misfit = runProblem(object, objects, all);
      if (misfit !== undefined) {
        problems.push(error({ file: manifest.file, ...manifest.locate(index, 'spec'), message: misfit }));
      }
      if (!options.strict) continue;
      for (const problem of manifest.problemsOf(index, strictWarnings(object))) {
        problems.push({ ...problem, severity: 'warning' });
      }
    }
  }
  const order = new Map(files.map(({ path }, index) => [path === '-' ? 'standard input' : path, index]));
  problems.sort(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  );
  return { files: files.length, objects: all.length, problems };
}

/** YAML and JSON in a directory is often of something else. */
const isNoObject = ({ message }: ManifestProblem): boolean =>
  /^(apiVersion|kind) is missing$|^a Kubernetes object must be a map/.test(message);

function read(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new CliError('Usage', `cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
    });
  }
}

/**
 * What is wrong with a run, given what it refers to: in its own file, or else in the one file that has it. Several of
 * one name in other files may be of any namespace, and so say nothing.
 */
function runProblem(
  object: KubeObject,
  own: readonly KubeObject[],
  all: readonly KubeObject[],
): string | undefined {
  if (object.kind !== 'TaskRun' && object.kind !== 'PipelineRun') return undefined;
  const find = <Spec>(kind: string, name: string | undefined): Spec | undefined => {
    const among = (objects: readonly KubeObject[]) =>
      objects.filter((other) => other.kind === kind && other.metadata.name === name);
    const [here] = among(own);
    const elsewhere = among(all);
    const found = here ?? (elsewhere.length === 1 ? elsewhere[0] : undefined);
    return (found as { spec?: Spec } | undefined)?.spec;
  };
  const name = object.metadata.name ?? `${object.metadata.generateName}*`;
  const named = { ...object, metadata: { ...object.metadata, name } };
  const { taskSpec, taskRef, pipelineSpec, pipelineRef, workspaces } = (object as TaskRun & PipelineRun).spec;
  const embedded = taskSpec && withPropagatedWorkspaces(taskSpec, workspaces ?? []);
  const task = embedded ?? find<TaskSpec>('Task', taskRef?.name);
  const pipeline = pipelineSpec ?? find<PipelineSpec>('Pipeline', pipelineRef?.name);
  const problem =
    object.kind === 'TaskRun'
      ? task && checkTaskRun(named as TaskRun, taskRef?.name ?? name, task)
      : pipeline && checkPipelineRun(named as PipelineRun, pipelineRef?.name ?? name, pipeline);
  return problem?.message.replace(/^\[User error\] /, '');
}
