import { type Command, Option } from 'commander';
import {
  bundleModeOption,
  capabilitiesOption,
  countOption,
  ignoreOption,
  OpaCommand,
  strictOption,
  v0Option,
  v1Option,
} from './opa-command.ts';

/** `assay opa check`. */
export function checkOfOpa(): Command {
  return new OpaCommand('check')
    .description('say what is wrong with policies; nothing when nothing is')
    .argument('<path...>', 'files and directories with policies')
    .addOption(bundleModeOption())
    .addOption(
      new Option('-f, --format <format>', 'how to print the problems')
        .choices(['pretty', 'json'])
        .default('pretty'),
    )
    .addOption(strictOption())
    .option('--v0-v1', 'the policies must be right in both versions of Rego')
    .addOption(countOption('-m, --max-errors <count>', 'print no more problems than this', '10'))
    .addOption(capabilitiesOption())
    .addOption(ignoreOption())
    .addOption(v0Option())
    .addOption(v1Option())
    .addHelpText(
      'after',
      `
Examples:
  assay opa check policy/
  assay opa check --strict -f json policy/

Exit codes: 0 nothing is wrong, 1 otherwise.`,
    )
    .action(async (paths, flags) => (await import('../../opa/check.ts')).checkCommand(paths, flags));
}
