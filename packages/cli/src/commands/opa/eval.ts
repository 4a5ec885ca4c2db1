import { type Command, Option } from 'commander';
import {
  bundleOption,
  capabilitiesOption,
  countOption,
  dataOption,
  ignoreOption,
  listOption,
  OpaCommand,
  repeatedOption,
  strictOption,
  targetOption,
  timeoutOption,
  v0Option,
  v1Option,
  withoutEffect,
} from './opa-command.ts';

const profileKeys = ['total_time_ns', 'num_eval', 'num_redo', 'num_gen_expr', 'file', 'line'];

/** `assay opa eval`. */
export function evalOfOpa(): Command {
  return new OpaCommand('eval')
    .description('evaluate a Rego query')
    .argument('[query]', 'the query, unless --stdin gives it')
    .addOption(dataOption())
    .addOption(bundleOption())
    .option('-i, --input <file>', 'the input document: a file of JSON or YAML')
    .option('-I, --stdin-input', 'read the input document from standard input')
    .option('--stdin', 'read the query from standard input')
    .option('--package <path>', 'the package that the query is in')
    .addOption(repeatedOption('--import <path>', 'import for the query; repeatable'))
    .addOption(
      new Option('-f, --format <format>', 'how to print the results')
        .choices(['json', 'values', 'bindings', 'pretty', 'raw', 'discard'])
        .default('json'),
    )
    .option('--fail', 'exit 1 when the result is undefined or empty')
    .option('--fail-defined', 'exit 1 when the result is defined and not empty')
    .option('--strict-builtin-errors', 'let the first error of a builtin end the evaluation')
    .option('--show-builtin-errors', 'print all errors of builtins; they stay undefined')
    .option('--coverage', 'report which lines were evaluated')
    .addOption(
      new Option('--explain <mode>', 'print what was evaluated')
        .choices(['off', 'full', 'notes', 'fails', 'debug'])
        .default('off'),
    )
    .option('--var-values', "show the values of variables in the explanation's lines")
    .option('--metrics', 'report how long loading, compiling and evaluating took')
    .option('--profile', 'report the expressions that took longest; implies --metrics')
    .addOption(countOption('--profile-limit <count>', 'how many of them; implies --profile'))
    .addOption(listOption('--profile-sort <keys>', 'their order; implies --profile; repeatable', profileKeys))
    .addOption(countOption('--pretty-limit <characters>', 'where --format pretty cuts a cell', '80'))
    .addOption(countOption('--count <count>', 'how often to evaluate', '1'))
    .addOption(timeoutOption('the evaluation'))
    .addOption(strictOption())
    .option('--instrument', 'as --metrics')
    .addOption(capabilitiesOption())
    .addOption(ignoreOption())
    .addOption(targetOption())
    .addOption(v0Option())
    .addOption(v1Option())
    .addOption(withoutEffect('--disable-indexing'))
    .addOption(withoutEffect('--disable-early-exit'))
    .addOption(withoutEffect('-O, --optimize <level>'))
    .addOption(withoutEffect('-e, --entrypoint <path>'))
    .addHelpText(
      'after',
      `
Examples:
  assay opa eval '1 + 1'
  assay opa eval -d policy.rego -i input.json data.example.deny
  assay opa eval -b bundle.tar.gz -f pretty 'data.example.allow'
  assay opa eval -d policy.rego --explain fails -f pretty data.example.allow
  echo '{"user": "ann"}' | assay opa eval -I -f raw input.user

Exit codes: 0 evaluated, 1 what --fail or --fail-defined asks for, 2 an error.`,
    )
    .action(async (query, flags) => (await import('../../opa/eval.ts')).evalCommand(query, flags));
}
