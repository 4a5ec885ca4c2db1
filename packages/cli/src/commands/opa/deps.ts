import { type Command, Option } from 'commander';
import { bundleOption, dataOption, ignoreOption, OpaCommand, v0Option, v1Option } from './opa-command.ts';

/** `assay opa deps`. */
export function depsOfOpa(): Command {
  return new OpaCommand('deps')
    .description('say which documents a query depends on')
    .argument('<query>', 'the query')
    .addOption(dataOption())
    .addOption(bundleOption())
    .addOption(
      new Option('-f, --format <format>', 'how to print them').choices(['pretty', 'json']).default('pretty'),
    )
    .addOption(ignoreOption())
    .addOption(v0Option())
    .addOption(v1Option())
    .addHelpText(
      'after',
      `
Base documents come from outside, virtual documents are computed by rules.

Example:
  assay opa deps -d policy.rego data.example.allow

Exit codes: 0 done, 1 otherwise.`,
    )
    .action(async (query, flags) => (await import('../../opa/deps.ts')).depsCommand(query, flags));
}
