import { type Command, Option } from 'commander';
import {
  bundleModeOption,
  capabilitiesOption,
  countOption,
  ignoreOption,
  OpaCommand,
  targetOption,
  timeoutOption,
  v0Option,
  v1Option,
  withoutEffect,
} from './opa-command.ts';

/** `assay opa test`. */
export function testOfOpa(): Command {
  return new OpaCommand('test')
    .description('run the test rules of policies')
    .argument('<path...>', 'files and directories with policies, tests and data')
    .addOption(bundleModeOption())
    .option('-v, --verbose', 'name every test, and tell what a failed one evaluated and printed')
    .option('-r, --run <regexp>', 'run only the tests whose package and name match')
    .option('-c, --coverage', 'print which lines the tests evaluated, as JSON, in place of the results')
    .addOption(
      new Option('--threshold <percent>', 'exit 2 when the coverage is lower; implies --coverage').default(
        '0',
      ),
    )
    .addOption(
      new Option('-f, --format <format>', 'how to print the results')
        .choices(['pretty', 'json'])
        .default('pretty'),
    )
    .addOption(
      new Option('--explain <mode>', 'print what the tests evaluated; implies --verbose').choices([
        'fails',
        'full',
        'notes',
        'debug',
      ]),
    )
    .option('--var-values', 'show the values of variables in what --verbose and --explain tell')
    .option('-w, --watch', 'run the tests again whenever a file changes, until interrupted')
    .option('-z, --exit-zero-on-skipped', 'exit 0 although tests were skipped')
    .option('--fail-on-empty', 'fail when there is no test to run')
    .addOption(timeoutOption('one test').default('5s'))
    .addOption(countOption('--count <count>', 'how often to run each test', '1'))
    .addOption(capabilitiesOption())
    .addOption(ignoreOption())
    .addOption(targetOption())
    .addOption(v0Option())
    .addOption(v1Option())
    .addOption(withoutEffect('-p, --parallel <count>'))
    .addOption(withoutEffect('-m, --max-errors <count>'))
    .addHelpText(
      'after',
      `
A test is a rule whose name begins with test_; it passes when it is true. One whose name begins with todo_test_ is skipped.

Examples:
  assay opa test policy/
  assay opa test -v -r 'data\\.example_test\\.test_deny.*' policy/
  assay opa test --coverage --threshold 100 policy/
  assay opa test -v --var-values policy/

Exit codes: 0 all tests passed, 2 a test did not or too little is covered, 1 the policies do not compile.`,
    )
    .action(async (paths, flags) => (await import('../../opa/test.ts')).testCommand(paths, flags));
}
