import { type Command, Option } from 'commander';
import {
  addDefaultTrue,
  bundleOption,
  countOption,
  dataOption,
  ignoreOption,
  OpaCommand,
  repeatedOption,
  targetOption,
  v0Option,
  v1Option,
} from './opa-command.ts';

/** `assay opa bench`. */
export function benchOfOpa(): Command {
  const command = new OpaCommand('bench')
    .description('measure how long the evaluation of a query takes')
    .argument('[query]', 'the query, unless --stdin gives it')
    .addOption(dataOption())
    .addOption(bundleOption())
    .option('-i, --input <file>', 'the input document: a file of JSON or YAML')
    .option('-I, --stdin-input', 'read the input document from standard input')
    .option('--stdin', 'read the query from standard input')
    .option('--package <path>', 'the package that the query is in')
    .addOption(repeatedOption('--import <path>', 'import for the query; repeatable'))
    .addOption(
      new Option('-f, --format <format>', 'how to print the figures')
        .choices(['pretty', 'json', 'gobench'])
        .default('pretty'),
    );
  addDefaultTrue(command, '--fail', 'exit 1 when the result is undefined');
  addDefaultTrue(command, '--metrics', 'report the spread of the times');
  addDefaultTrue(command, '--benchmem', 'report how much memory one evaluation takes');
  return command
    .addOption(countOption('--count <count>', 'how often to measure', '1'))
    .addOption(countOption('--seconds <seconds>', 'how long one measurement takes', '1'))
    .addOption(ignoreOption())
    .addOption(targetOption())
    .addOption(v0Option())
    .addOption(v1Option())
    .addHelpText(
      'after',
      `
Examples:
  assay opa bench -d policy.rego -i input.json data.example.allow
  assay opa bench --count 5 -f gobench -b bundle.tar.gz data.example.allow

Exit codes: 0 measured, 1 otherwise.`,
    )
    .action(async (query, flags) => (await import('../../opa/bench.ts')).benchCommand(query, flags));
}
