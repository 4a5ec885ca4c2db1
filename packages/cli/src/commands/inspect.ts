import { type Command, Option } from 'commander';
import { repeatedFlag } from '../policy/flags/flag-values.ts';

export interface InspectPolicyFlags {
  source?: string[];
  policy?: string;
  output: 'json' | 'text' | 'names' | 'short-names';
  package?: string;
  rule?: string;
  collection?: string;
}

export interface InspectDataFlags {
  source: string[];
  output: 'json' | 'yaml';
}

export function addInspectCommand(program: Command): void {
  const inspect = program.command('inspect').description('what policies and their data hold');
  inspect
    .command('policy')
    .description('list the rules of policies with what they say of themselves')
    .addOption(repeatedFlag('-s, --source <address>', 'a source of policies (repeatable)'))
    .option('-p, --policy <policy>', 'a policy configuration whose sources are listed')
    .addOption(
      new Option('-o, --output <format>', 'how')
        .choices(['text', 'json', 'names', 'short-names'])
        .default('text'),
    )
    .option('--package <name>', 'only rules of this package')
    .option('--rule <name>', 'only rules of this short name')
    .option('--collection <name>', 'only rules of this collection')
    .action(async (flags: InspectPolicyFlags) => {
      const { inspectPolicy } = await import('../policy/inspect-policy.ts');
      await inspectPolicy(flags);
    });
  inspect
    .command('policy-data')
    .description('print the data of sources, merged as policies see them')
    .addOption(repeatedFlag('-s, --source <address>', 'a source of data (repeatable)').makeOptionMandatory())
    .addOption(new Option('-o, --output <format>', 'how').choices(['json', 'yaml']).default('json'))
    .action(async (flags: InspectDataFlags) => {
      const { inspectData } = await import('../policy/inspect-policy.ts');
      await inspectData(flags);
    });
}
