import { type Command, Option } from 'commander';
import { booleanFlag, readCount, repeatedFlag } from '../policy/flags/flag-values.ts';

export interface TrackFlags {
  bundle?: string[];
  git?: string[];
  input?: string;
  replace?: boolean;
  output?: string;
  prune: boolean;
  freshen: boolean;
  inEffectDays: number;
}

export function addTrackCommand(program: Command): void {
  program
    .command('track')
    .description('keep lists of what is trusted')
    .command('bundle')
    .description('add Tekton bundles, and tasks in git, to a list of trusted tasks')
    .addOption(repeatedFlag('-b, --bundle <reference>', 'a bundle; a tag is resolved (repeatable)'))
    .addOption(repeatedFlag('-g, --git <address>', 'git+URL.git//PATH@COMMIT (repeatable)'))
    .option('-i, --input <file>', 'the list as it is: a file, or oci:REFERENCE')
    .option('-r, --replace', 'write the list back to its file')
    .option('-o, --output <file>', 'write the list to a file (default: standard output)')
    .addOption(booleanFlag('--prune', 'leave out what has expired', true))
    .addOption(booleanFlag('--freshen', 'look up again what the tags in the list stand for'))
    .addOption(
      new Option('--in-effect-days <days>', 'how long a replaced reference stays trusted')
        .argParser(readCount)
        .default(60),
    )
    .action(async (flags: TrackFlags) => {
      const { trackBundles } = await import('../policy/track-bundles.ts');
      await trackBundles(flags);
    });
}
