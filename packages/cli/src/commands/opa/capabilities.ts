import type { Command } from 'commander';
import { OpaCommand, v0Option } from './opa-command.ts';

/** `assay opa capabilities`. */
export function capabilitiesOfOpa(): Command {
  return new OpaCommand('capabilities')
    .description('print the builtins and features that policies may use')
    .option('--current', "this program's capabilities; else the names of the versions that it knows")
    .option('--version <version>', 'the capabilities of a version')
    .option('--file <file>', 'the capabilities in a file')
    .addOption(v0Option())
    .addHelpText(
      'after',
      `
Examples:
  assay opa capabilities --current > capabilities.json
  assay opa check --capabilities capabilities.json policy/

Exit codes: 0 done, 1 otherwise.`,
    )
    .action(async (flags) => (await import('../../opa/capabilities.ts')).capabilitiesCommand(flags));
}
