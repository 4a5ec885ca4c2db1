import type { TrustedTasks } from '@assay/catalog';
import { type Command, InvalidArgumentError } from 'commander';
import { ownRegistry, trustOption, trustPlace } from '../catalog/trust-place.ts';
import { CliError } from '../error.ts';
import { openHome } from '../home.ts';
import { openRegistryStores, type RegistryStores } from '../policy/registry-stores.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { styleFor } from '../terminal/style.ts';

interface TrustFlags {
  trust?: string;
  output?: OutputFormat;
}

export function addTaskCommand(program: Command): void {
  const task = program.command('task').description('tasks that pipelines may use: bundle, promote, revoke');
  task
    .command('bundle')
    .description('make a Tekton bundle of tasks and push it; the same files always have the same digest')
    .argument('<path...>', 'YAML files, or directories of them')
    .option(
      '--to <image>',
      "where it goes (default: library/task-<name>:<version> in the factory's registry)",
    )
    .option('--source <url>', 'the repository that the tasks come from')
    .option('--revision <commit>', 'its commit')
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  assay task bundle tasks/lint --to localhost:5050/team/task-lint:0.1')
    .action(bundle);
  task
    .command('promote')
    .description('trust a bundle from now on, if its tasks pass the checks; what was newest has time to go')
    .argument('<bundle>', 'with the tag that pipelines name')
    .option('--overlap <days>', 'how long the bundle before it stays trusted', wholeDays, 60)
    .addOption(trustOption())
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  assay task promote localhost:5050/library/task-lint:0.1')
    .action(promote);
  task
    .command('revoke')
    .description('trust a bundle no longer; without a digest all of its versions under the tag')
    .argument('<bundle>', 'with a tag, and a digest for one version')
    .option('--on <time>', 'from when on (RFC 3339; default: now)')
    .addOption(trustOption())
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  assay task revoke localhost:5050/library/task-lint:0.1')
    .action(revoke);
  task
    .command('list')
    .description('what is trusted, until when; with --history every change')
    .option('--history', 'the changes, newest first')
    .addOption(trustOption())
    .addOption(outputOption())
    .action(list);
}

function wholeDays(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('write a number of days');
  return Number(text);
}

async function withStores<T>(use: (stores: RegistryStores) => Promise<T>): Promise<T> {
  const stores = await openRegistryStores(openHome());
  try {
    return await use(stores);
  } finally {
    stores.close();
  }
}

async function bundle(
  paths: string[],
  flags: { to?: string; source?: string; revision?: string; output?: OutputFormat },
): Promise<void> {
  const [{ bundleImage, pushBundle, requireNewVersion }, { parseReference }, { readObjects }] =
    await Promise.all([import('@assay/catalog'), import('@assay/oci'), import('../catalog/read-objects.ts')]);
  const objects = readObjects(paths);
  const [first] = objects;
  const { to } = flags;
  if (to === undefined && first!.version === undefined) {
    throw new CliError('Usage', `${first!.kind} ${first!.name} has no label app.kubernetes.io/version`, {
      hint: 'its version becomes the tag; give it one, or say --to',
    });
  }
  const host = await ownRegistry(openHome());
  const reference = parseReference(to ?? `${host}/library/task-${first!.name}:${first!.version}`);
  const { repository, tag = first!.version ?? 'latest' } = reference;
  const origin = {
    ...(flags.source !== undefined && { source: flags.source }),
    ...(flags.revision !== undefined && { revision: flags.revision }),
  };
  await withStores(async ({ store }) => {
    const image = await bundleImage(objects, origin);
    const { digest } = image;
    await requireNewVersion(store(repository), { repository, tag }, digest);
    await pushBundle(store(repository), { repository, tag }, image);
    const named = `${repository}:${tag}@${digest}`;
    if (flags.output) writeData({ bundle: named, repository, tag, digest }, flags.output);
    else process.stdout.write(`${named}\n`);
  });
}

async function promote(reference: string, flags: TrustFlags & { overlap: number }): Promise<void> {
  const { promoteBundle } = await import('@assay/catalog');
  await withStores(async (stores) => {
    const trust = await trustPlace(openHome(), stores, flags.trust);
    const { key, bundle, version } = await promoteBundle(reference, {
      ...{ store: stores.store, trust, now: new Date(), overlapDays: flags.overlap },
    });
    if (flags.output) {
      writeData({ key, digest: bundle.digest, trust: `${trust.repository}@${version.digest}` }, flags.output);
      return;
    }
    const style = styleFor(process.stderr);
    process.stderr.write(`${style('green', '✔')} ${key}@${bundle.digest} is trusted\n`);
    process.stdout.write(`${trust.repository}@${version.digest}\n`);
  });
}

async function revoke(reference: string, flags: TrustFlags & { on?: string }): Promise<void> {
  const [{ revokeBundle }, { parseReference }] = await Promise.all([
    import('@assay/catalog'),
    import('@assay/oci'),
  ]);
  const now = new Date();
  const on = flags.on === undefined ? now : new Date(flags.on);
  if (Number.isNaN(on.getTime()))
    throw new CliError('Usage', `--on ${flags.on} is no time`, { hint: 'write it as 2026-06-01T00:00:00Z' });
  await withStores(async (stores) => {
    const trust = await trustPlace(openHome(), stores, flags.trust);
    const { repository, tag, digest } = parseReference(reference);
    const bundle = {
      repository,
      ...(tag !== undefined && { tag }),
      ...(digest !== undefined && { digest }),
    };
    const version = await revokeBundle(bundle, { trust, now, on });
    if (flags.output) writeData({ trust: `${trust.repository}@${version.digest}` }, flags.output);
    else process.stdout.write(`${trust.repository}@${version.digest}\n`);
  });
}

async function list(flags: TrustFlags & { history?: boolean }): Promise<void> {
  const { readTrust, trustHistory } = await import('@assay/catalog');
  await withStores(async (stores) => {
    const trust = await trustPlace(openHome(), stores, flags.trust);
    if (flags.history) {
      const history = (await trustHistory(trust)).map(({ created, digest, reason }) => ({
        ...{ created, digest, reason },
      }));
      if (flags.output) writeData(history, flags.output);
      else for (const { created, reason } of history) process.stdout.write(`${created}  ${reason}\n`);
      return;
    }
    const tasks = (await readTrust(trust))?.tasks ?? {};
    if (flags.output) writeData({ trusted_tasks: tasks }, flags.output);
    else printTasks(tasks);
  });
}

function printTasks(tasks: TrustedTasks): void {
  for (const [key, entries] of Object.entries(tasks)) {
    process.stdout.write(`${key}\n`);
    for (const { ref, effective_on, expires_on } of entries) {
      const from = effective_on === undefined ? '' : ` from ${effective_on}`;
      const until = expires_on === undefined ? '' : ` until ${expires_on}`;
      process.stdout.write(`  ${ref}${from}${until}\n`);
    }
  }
}
