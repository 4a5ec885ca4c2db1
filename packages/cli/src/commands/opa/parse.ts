import { type Command, Option } from 'commander';
import { OpaCommand, v0Option, v1Option } from './opa-command.ts';

/** `assay opa parse`. */
export function parseOfOpa(): Command {
  return new OpaCommand('parse')
    .description('print the syntax tree of a Rego file')
    .argument('<path>', 'the file')
    .addOption(
      new Option('-f, --format <format>', 'how to print the tree')
        .choices(['pretty', 'json'])
        .default('pretty'),
    )
    .option('--json-include <elements>', 'what to put in besides, or leave out: locations, -comments')
    .addOption(v0Option())
    .addOption(v1Option())
    .addHelpText(
      'after',
      `
Examples:
  assay opa parse policy.rego
  assay opa parse -f json --json-include locations,-comments policy.rego

Exit codes: 0 parsed, 1 otherwise.`,
    )
    .action(async (path, flags) => (await import('../../opa/parse.ts')).parseCommand(path, flags));
}
