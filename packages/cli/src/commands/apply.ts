import { readFileSync } from 'node:fs';
import type { KubeObject, ResourceType } from '@assay/kube';
import type { Command } from 'commander';
import { parseAllDocuments } from 'yaml';
import { CliError } from '../error.ts';
import { requireSession } from '../factory/session.ts';
import { openHome } from '../home.ts';
import { applyObject } from '../run/create-objects.ts';
import { findFiles } from '../validate/find-files.ts';

export function addApplyCommand(program: Command): void {
  program
    .command('apply')
    .description('create objects in the running factory, or replace them: for machines without kubectl')
    .requiredOption('-f, --file <path...>', 'YAML files, directories of them, or - for standard input')
    .option('-n, --namespace <name>', 'for objects that name none', 'default')
    .option('--set <name=value...>', 'what stands for ${name} in the files')
    .addHelpText(
      'after',
      '\nExample:\n  assay apply -f examples/gate/tenant.yaml --set REGISTRY=localhost:5050',
    )
    .action(async ({ file, namespace, set = [] }: { file: string[]; namespace: string; set?: string[] }) => {
      const values = new Map(set.map(readSetting));
      const objects = findFiles(file).flatMap(({ path }) => readObjects(path, values));
      const { client } = await requireSession(openHome());
      const served = await servedKinds();
      for (const object of objects) {
        const metadata = { ...object.metadata, namespace: object.metadata.namespace ?? namespace };
        const outcome = await applyObject(client, { ...object, metadata }, served);
        process.stdout.write(`${object.kind} ${object.metadata.name} ${outcome}\n`);
      }
    });
}

function readSetting(text: string): [string, string] {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new CliError('Usage', `--set ${text} is not NAME=VALUE`);
}

/** Puts values in place of `${NAME}`. @throws CliError InvalidManifest for a name without a value */
function expand(text: string, path: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value !== undefined) return value;
    throw new CliError('InvalidManifest', `nothing was said to stand for \${${name}}`, {
      place: path,
      hint: `say it with --set ${name}=...`,
    });
  });
}

/** Untrusted text enters here. */
function readObjects(path: string, values: ReadonlyMap<string, string>): KubeObject[] {
  const text = expand(readFileSync(path === '-' ? 0 : path, 'utf8'), path, values);
  return parseAllDocuments(text, { logLevel: 'silent' }).flatMap((document): KubeObject[] => {
    const [error] = 'errors' in document ? document.errors : [];
    const value = error ? undefined : (document.toJS({ maxAliasCount: 100 }) as KubeObject | null);
    if (value === null) return [];
    if (typeof value?.apiVersion === 'string' && typeof value.kind === 'string' && value.metadata?.name)
      return [value];
    throw new CliError('InvalidManifest', error?.message.trim() ?? 'no apiVersion, kind and metadata.name', {
      place: path,
      hint: 'every document of a manifest is one object',
    });
  });
}

async function servedKinds(): Promise<ResourceType[]> {
  const [kube, { runKinds }, { konfluxResources }, { ProtectedRepositories }, tekton] = await Promise.all([
    import('@assay/kube'),
    import('../run/applied-kinds.ts'),
    import('../factory/konflux-resources.ts'),
    import('../factory/protected-repositories.ts'),
    import('@assay/tekton'),
  ]);
  return [
    ...runKinds,
    ...[tekton.TaskRuns, tekton.PipelineRuns, tekton.CustomRuns],
    ...[kube.Roles, kube.RoleBindings, kube.ClusterRoles, kube.ClusterRoleBindings],
    ...[kube.CustomResourceDefinitions, ProtectedRepositories],
    ...(await konfluxResources()),
  ] as ResourceType[];
}
