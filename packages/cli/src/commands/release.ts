import { type Client, randomNameSuffix } from '@assay/kube';
import type { Release } from '@assay/release';
import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { exitCodes } from '../exit-codes.ts';
import { requireSession } from '../factory/session.ts';
import { openHome } from '../home.ts';
import { awaitSnapshot } from '../release/await-snapshot.ts';
import { followRelease } from '../release/follow-release.ts';
import { printRelease } from '../release/print-release.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';

interface ReleaseFlags {
  plan?: string;
  show?: string;
  build?: string;
  namespace: string;
  name?: string;
  wait: boolean;
  output?: OutputFormat;
}

export function addReleaseCommand(program: Command): void {
  program
    .command('release')
    .description('ask for a Snapshot to be released by a plan, and tell what becomes of it')
    .argument('[snapshot]', 'its name')
    .option('--build <run>', 'release the Snapshot that this PipelineRun made')
    .option('--plan <name>', 'the ReleasePlan, in the same namespace')
    .option('--show <release>', 'tell about a Release that was asked for before')
    .option('-n, --namespace <name>', 'where both are', 'default')
    .option('--name <name>', "the Release's name (default: the Snapshot's, and a suffix)")
    .option('--no-wait', 'end when it is asked for')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Exit codes: 0 released, 3 refused, 1 it could not be carried out.

Examples:
  assay release shop-20260601-120000-000-ab --plan production -n team
  assay release --build hello-1 --plan production -n team`,
    )
    .action(async (snapshot: string | undefined, flags: ReleaseFlags) => {
      process.exitCode = await release(snapshot, flags);
    });
}

async function release(named: string | undefined, flags: ReleaseFlags): Promise<number> {
  const { client } = await requireSession(openHome());
  const { Releases } = await import('@assay/release');
  const { namespace, show, wait } = flags;
  const asked =
    show === undefined ? await ask(client, named, flags) : await client.get(Releases, namespace, show);
  const ended = wait ? await followRelease(client, asked) : asked;
  if (flags.output) writeData(ended, flags.output);
  else if (wait) printRelease(ended);
  else process.stdout.write(`${ended.metadata.name}\n`);
  return wait ? exitCodeOf(ended) : exitCodes.done;
}

async function ask(client: Client, named: string | undefined, flags: ReleaseFlags): Promise<Release> {
  const { namespace, plan } = flags;
  if (plan === undefined) throw new CliError('Usage', 'say with --plan which ReleasePlan it goes by');
  const snapshot = await snapshotOf(client, named, flags);
  const name = flags.name ?? `${snapshot.slice(0, 57)}-${randomNameSuffix()}`;
  const { Releases } = await import('@assay/release');
  const created = await client.create(Releases, {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'Release',
    metadata: { name, namespace },
    spec: { snapshot, releasePlan: plan },
  });
  process.stderr.write(`Release ${namespace}/${name} is asked for\n`);
  return created;
}

async function snapshotOf(
  client: Client,
  named: string | undefined,
  { build, namespace }: ReleaseFlags,
): Promise<string> {
  if ((named === undefined) === (build === undefined))
    throw new CliError('Usage', 'name a Snapshot, or the build that made it with --build');
  return named ?? awaitSnapshot(client, namespace, build!);
}

function exitCodeOf({ status }: Release): number {
  const released = status?.conditions?.find(({ type }) => type === 'Released');
  if (released?.status === 'True') return exitCodes.done;
  return status?.artifacts?.verdict?.result === 'passed' ? exitCodes.failed : exitCodes.denied;
}
