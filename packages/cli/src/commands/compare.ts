import { type Command, Option } from 'commander';

export interface CompareFlags {
  effectiveTime: string;
  image?: string;
  output: 'text' | 'json';
}

export function addCompareCommand(program: Command): void {
  program
    .command('compare')
    .description('say whether two policies demand the same of an image')
    .argument('<first>', 'a policy, as --policy takes it')
    .argument('<second>', 'another')
    .option('--effective-time <time>', 'when: now, RFC 3339 or YYYY-MM-DD', 'now')
    .option('--image <reference>', 'the image, for criteria that are about some images only')
    .addOption(new Option('-o, --output <format>', 'how').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExit codes: 0 they do, 1 they differ or cannot be read, 2 wrong usage.')
    .action(async (first: string, second: string, flags: CompareFlags) => {
      const { comparePolicyArguments } = await import('../policy/compare-policies.ts');
      await comparePolicyArguments(first, second, flags);
    });
}
