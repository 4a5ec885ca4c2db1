import { type Command, Option } from 'commander';
import { OpaCommand, v0Option, v1Option } from './opa-command.ts';

/** `assay opa inspect`. */
export function inspectOfOpa(): Command {
  return new OpaCommand('inspect')
    .description('say what a bundle or a Rego file holds')
    .argument('<path>', 'a bundle, as a file or a directory, or a Rego file')
    .option('-a, --annotations', 'list the annotations')
    .addOption(
      new Option('-f, --format <format>', 'how to print it').choices(['pretty', 'json']).default('pretty'),
    )
    .addOption(v0Option())
    .addOption(v1Option())
    .addHelpText(
      'after',
      `
Examples:
  assay opa inspect bundle.tar.gz
  assay opa inspect -a -f json policy/

Exit codes: 0 done, 1 otherwise.`,
    )
    .action(async (path, flags) => (await import('../../opa/inspect.ts')).inspectCommand(path, flags));
}
