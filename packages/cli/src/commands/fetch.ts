import type { Command } from 'commander';
import { repeatedFlag } from '../policy/flags/flag-values.ts';

export interface FetchFlags {
  source?: string[];
  dataSource?: string[];
  dest: string;
}

export function addFetchCommand(program: Command): void {
  program
    .command('fetch')
    .description('download policies')
    .command('policy')
    .description('download sources of policy and data into a directory, as they are evaluated')
    .addOption(repeatedFlag('-s, --source <address>', 'a source of policies (repeatable)'))
    .addOption(repeatedFlag('--data-source <address>', 'a source of data (repeatable)'))
    .option('-d, --dest <directory>', 'where to', '.')
    .action(async (flags: FetchFlags) => {
      const { fetchPolicies } = await import('../policy/fetch-policies.ts');
      await fetchPolicies(flags);
    });
}
