import type { Command } from 'commander';
import { addDefaultTrue, OpaCommand, v0Option, v1Option } from './opa-command.ts';

/** `assay opa fmt`. */
export function fmtOfOpa(): Command {
  const command = new OpaCommand('fmt')
    .description('format Rego files')
    .argument('[path...]', 'files and directories; standard input when none is given')
    .option('-w, --write', 'write the files in place of printing them')
    .option('-l, --list', 'print the names of files that would change, and nothing else')
    .option('-d, --diff', 'print the changes, and nothing else')
    .option('--fail', 'exit 2 when a file would change')
    .option('--drop-v0-imports', 'leave out imports of rego.v1 and future.keywords')
    .option('--v0-v1', 'read Rego as before 1.0; write what both versions read')
    .addOption(v0Option())
    .addOption(v1Option());
  addDefaultTrue(command, '--check-result', 'make sure that the formatted policy means the same');
  return command
    .addHelpText(
      'after',
      `
Examples:
  assay opa fmt policy.rego
  assay opa fmt -w policy/
  assay opa fmt --list --fail policy/      for continuous integration
  assay opa fmt < policy.rego

Exit codes: 0 done, 1 a file cannot be read, 2 a file does not parse, or would change and --fail is given.`,
    )
    .action(async (paths, flags) => (await import('../../opa/fmt.ts')).fmtCommand(paths, flags));
}
