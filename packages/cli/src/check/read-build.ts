import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type KubeObject, Secrets, ServiceAccounts } from '@assay/kube';
import { formatReference, parseReference } from '@assay/oci';
import type { PipelineRun } from '@assay/tekton';
import { CliError } from '../error.ts';
import type { TektonConfig } from '../factory/tekton-config.ts';
import { runKinds } from '../run/applied-kinds.ts';
import { type ArrangedRuns, arrangeRuns, isRun } from '../run/arrange-runs.ts';
import { checkRuns } from '../run/check-runs.ts';
import { type LoadedObject, loadManifestText } from '../run/load-manifest.ts';
import { findFiles } from '../validate/find-files.ts';
import { broughtAlong, chooseRun } from './choose-run.ts';
import { fillVariables } from './template-variables.ts';
import { gitAuthSecret, type WorkingTree } from './working-tree.ts';

/** The param in which Konflux's pipelines are told where to push what they build. */
const outputParam = 'output-image';

export interface ReadBuildOptions {
  tree: WorkingTree;
  /** Files and directories in place of the tree's `.tekton`. */
  files?: readonly string[];
  /** A file with the Pipeline, beside them. */
  pipeline?: string;
  /** `NAME=VALUE` each, with template variables. */
  params: readonly string[];
  /** The template variables' values. */
  variables: Readonly<Record<string, string>>;
  /** Of the throw-away factory. */
  registryHost: string;
  tekton: TektonConfig;
  /** Told what is different here from what Pipelines as Code does. */
  onNote(text: string): void;
}

/** The build of a working tree, ready to be run. */
export interface Build extends ArrangedRuns {
  /** The files' text, filled. */
  texts: string[];
}

/**
 * Reads the PipelineRun that a push would start, with everything beside it, for a factory that has nothing else: the
 * image goes to that factory's registry, ServiceAccounts are there, without Secrets.
 * @throws CliError Usage, InvalidManifest
 */
export async function readBuild(options: ReadBuildOptions): Promise<Build> {
  const { tree, registryHost } = options;
  const texts: string[] = [];
  const load = async (file: string) => {
    const { text, unfilled } = fillVariables(read(file), options.variables);
    if (unfilled.length > 0)
      options.onNote(`${shown(file)}: ${unfilled.join(', ')} is known only on a cluster, and stays as it is`);
    texts.push(text);
    return loadManifestText(text, shown(file), options.tekton);
  };
  const named = [...(options.files ?? [ownFiles(tree)]), ...(options.pipeline ? [options.pipeline] : [])];
  const loaded: LoadedObject[] = [];
  for (const { path } of findFiles(named)) loaded.push(...(await load(path)));
  const chosen = chooseRun(loaded, tree.branch);
  for (const place of chosen ? broughtAlong(chosen.object) : []) {
    const file = join(tree.directory, place);
    if (!existsSync(file)) options.onNote(`${place} is not fetched here: name a file that holds it with -f`);
    else if (!texts.includes(fillVariables(read(file), options.variables).text))
      loaded.push(...(await load(file)));
  }
  const used = loaded.filter((one) => one === chosen || isDefinition(one.object));
  const params = options.params.map((text) => fillVariables(text, options.variables).text);
  const namespace = chosen?.object.metadata.namespace ?? 'default';
  const arranged = arrangeRuns(
    used.map(({ object }) => ({ ...object, metadata: { ...object.metadata, namespace } })),
    { params: [...redirected(chosen?.object, params, registryHost), ...params], workspaces: [] },
  );
  checkRuns(arranged, used);
  const [run] = arranged.runs as [PipelineRun];
  return {
    ...arranged,
    definitions: [...arranged.definitions, ...accountsOf(run, arranged.definitions)],
    texts,
  };
}

function ownFiles({ directory }: WorkingTree): string {
  const files = join(directory, '.tekton');
  if (existsSync(files)) return files;
  throw new CliError('Usage', `${directory} has no .tekton`, {
    hint: 'name the files of the PipelineRun with -f',
  });
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CliError('Usage', `cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
    });
  }
}

function shown(file: string): string {
  if (file === '-') return 'standard input';
  const short = relative(process.cwd(), file);
  return short.startsWith('..') ? file : short;
}

/** What the factory serves, other than runs; `.tekton` may hold objects of Pipelines as Code itself. */
function isDefinition(object: KubeObject): boolean {
  if (isRun(object)) return false;
  return runKinds.some(
    ({ group, version, kind }) =>
      kind === object.kind && object.apiVersion === (group ? `${group}/${version}` : version),
  );
}

/** The image's place with the registry changed, so that nothing is pushed where it would be for others. */
function redirected(run: KubeObject | undefined, params: readonly string[], registryHost: string): string[] {
  if (params.some((text) => text.startsWith(`${outputParam}=`))) return [];
  const own = (run as PipelineRun | undefined)?.spec.params?.find(({ name }) => name === outputParam);
  if (typeof own?.value !== 'string') return [];
  return [`${outputParam}=${formatReference({ ...parseReference(own.value), host: registryHost })}`];
}

/** The ServiceAccounts that a run names and a cluster has; and Pipelines as Code's login, with nothing in it. */
function accountsOf(run: PipelineRun, definitions: readonly KubeObject[]): KubeObject[] {
  const { taskRunTemplate, taskRunSpecs = [] } = run.spec;
  const names = [taskRunTemplate, ...taskRunSpecs].flatMap((one) => one?.serviceAccountName ?? []);
  const namespace = run.metadata.namespace!;
  const missing = [...new Set(names)].filter(
    (name) => !definitions.some(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === name),
  );
  return [
    ...missing.map((name) => ({
      apiVersion: 'v1',
      kind: ServiceAccounts.kind,
      metadata: { name, namespace },
    })),
    { apiVersion: 'v1', kind: Secrets.kind, metadata: { name: gitAuthSecret, namespace } },
  ];
}
