import type { Command } from 'commander';
import { openRecords } from '../factory/session.ts';
import { openHome } from '../home.ts';
import { ownRuns } from '../run/find-run.ts';
import { runNamesCommand } from './completion.ts';

/** For the completion of shells: the names of the last runs, the newest first. */
export function addRunNamesCommand(program: Command): void {
  program
    .command(runNamesCommand, { hidden: true })
    .option('-n, --namespace <namespace>', 'namespace of the runs', 'default')
    .action(async ({ namespace }: { namespace: string }) => {
      const records = await openRecords(openHome());
      try {
        const runs = (await ownRuns(records.client, namespace)).slice(-100).reverse();
        for (const { metadata } of runs) process.stdout.write(`${metadata.name}\n`);
      } finally {
        await records.close();
      }
    });
}
