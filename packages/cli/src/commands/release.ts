import { randomNameSuffix } from '@assay/kube';
import type { Release } from '@assay/release';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { requireSession } from '../factory/session.ts';
import { openHome } from '../home.ts';
import { followRelease } from '../release/follow-release.ts';
import { printRelease } from '../release/print-release.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';

interface ReleaseFlags {
  plan: string;
  namespace: string;
  name?: string;
  wait: boolean;
  output?: OutputFormat;
}

export function addReleaseCommand(program: Command): void {
  program
    .command('release')
    .description('ask for a Snapshot to be released by a plan, and tell what becomes of it')
    .argument('<snapshot>', 'its name')
    .requiredOption('--plan <name>', 'the ReleasePlan, in the same namespace')
    .option('-n, --namespace <name>', 'where both are', 'default')
    .option('--name <name>', "the Release's name (default: the Snapshot's, and a suffix)")
    .option('--no-wait', 'end when it is asked for')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Exit codes: 0 released, 3 refused, 1 it could not be carried out.

Example:
  assay release shop-20260601-120000-000-ab --plan production -n team`,
    )
    .action(async (snapshot: string, flags: ReleaseFlags) => {
      process.exitCode = await release(snapshot, flags);
    });
}

async function release(snapshot: string, flags: ReleaseFlags): Promise<number> {
  const { client } = await requireSession(openHome());
  const { Releases } = await import('@assay/release');
  const { namespace, plan } = flags;
  const name = flags.name ?? `${snapshot.slice(0, 57)}-${randomNameSuffix()}`;
  const created = await client.create(Releases, {
    apiVersion: 'appstudio.redhat.com/v1alpha1',
    kind: 'Release',
    metadata: { name, namespace },
    spec: { snapshot, releasePlan: plan },
  });
  process.stderr.write(`Release ${namespace}/${name} is asked for\n`);
  const ended = flags.wait ? await followRelease(client, created) : created;
  if (flags.output) writeData(ended, flags.output);
  else if (flags.wait) printRelease(ended);
  else process.stdout.write(`${name}\n`);
  return flags.wait ? exitCodeOf(ended) : exitCodes.done;
}

function exitCodeOf({ status }: Release): number {
  const released = status?.conditions?.find(({ type }) => type === 'Released');
  if (released?.status === 'True') return exitCodes.done;
  return status?.artifacts?.verdict?.result === 'passed' ? exitCodes.failed : exitCodes.denied;
}
