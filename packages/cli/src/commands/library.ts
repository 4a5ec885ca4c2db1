import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { libraryRepositories, ownRegistry, trustPlace } from '../catalog/trust-place.ts';
import { openHome } from '../home.ts';
import { openRegistryStores } from '../policy/registry-stores.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';

/** What is where after a publication, as references. */
interface Published {
  tasks: Record<string, string>;
  pipelines: Record<string, string>;
  policies: string;
  data: string;
  trust: string;
}

export function addLibraryCommand(program: Command): void {
  const library = program.command('library').description('the trusted library that comes with Assay');
  library
    .command('publish')
    .description("put its tasks, pipelines and policies into the factory's registry, and trust its tasks")
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
What is there already stays as it is. Pipelines name the tasks by bundle, policies take the rest as sources:

  policy: [oci::localhost:5050/library/policies:latest]
  data:   [oci::localhost:5050/library/data:latest, oci::localhost:5050/library/trust:latest]`,
    )
    .action(async ({ output }: { output?: OutputFormat }) => {
      const published = await publish();
      if (output) {
        writeData(published, output);
        return;
      }
      const { tasks, pipelines, policies, data, trust } = published;
      const lines = [...Object.values(tasks), ...Object.values(pipelines), policies, data, trust];
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}

async function publish(): Promise<Published> {
  const home = openHome();
  const [catalog, { listPipelines, listTasks, policyData, policyFiles }, { storePolicyBundle }] =
    await Promise.all([import('@assay/catalog'), import('@assay/library'), import('@assay/policy')]);
  const host = await ownRegistry(home);
  const stores = await openRegistryStores(home);
  try {
    const trust = await trustPlace(home, stores);
    const bundle = async (
      kind: string,
      { name, version, path }: { name: string; version: string; path: string },
    ) => {
      const repository = `${host}/${libraryRepositories.tasks}/${kind}-${name}`;
      const image = await catalog.bundleImage(catalog.readBundleObjects(readFileSync(path, 'utf8'), path));
      await catalog.pushBundle(stores.store(repository), { repository, tag: version }, image);
      return [name, `${repository}:${version}@${image.digest}`] as const;
    };
    const tasks = await Promise.all((await listTasks()).map((task) => bundle('task', task)));
    const pipelines = await Promise.all((await listPipelines()).map((one) => bundle('pipeline', one)));
    for (const [, reference] of tasks) {
      await catalog.promoteBundle(reference.replace(/@.*/, ''), {
        ...{ store: stores.store, trust, now: new Date() },
      });
    }
    const files = async (path: string, given: Record<string, Uint8Array>) => {
      const repository = `${host}/${path}`;
      const place = { repository, tag: 'latest' };
      return `${repository}:latest@${await storePolicyBundle(stores.store(repository), place, given)}`;
    };
    const version = (await catalog.readTrust(trust))!;
    return {
      tasks: Object.fromEntries(tasks),
      pipelines: Object.fromEntries(pipelines),
      policies: await files(libraryRepositories.policies, await policyFiles()),
      data: await files(libraryRepositories.data, await policyData()),
      trust: `${trust.repository}:latest@${version.digest}`,
    };
  } finally {
    stores.close();
  }
}
