import { type Command, Option } from 'commander';
import { repeatedFlag } from '../policy/flags/flag-values.ts';

export interface TestFlags {
  policy?: string[];
  data?: string[];
  namespace?: string[];
  allNamespaces?: boolean;
  failOnWarn?: boolean;
  /** False with `--no-fail`. */
  fail: boolean;
  output: 'stdout' | 'json' | 'appstudio';
}

export function addTestCommand(program: Command): void {
  program
    .command('test')
    .description('judge files by the Rego in a directory, as conftest does')
    .argument('<files...>', 'JSON or YAML; - is standard input')
    .addOption(
      repeatedFlag('-p, --policy <path>', 'a directory or file of Rego (repeatable) (default: policy)'),
    )
    .addOption(repeatedFlag('-d, --data <path>', 'data for the rules (repeatable)'))
    .addOption(repeatedFlag('-n, --namespace <name>', 'a package to ask (repeatable) (default: main)'))
    .option('--all-namespaces', 'ask every package')
    .option('--fail-on-warn', 'end with 2 when there is a failure, 1 when there is a warning')
    .option('--no-fail', 'end with 0 whatever the rules say')
    .addOption(
      new Option('-o, --output <format>', 'how').choices(['stdout', 'json', 'appstudio']).default('stdout'),
    )
    .action(async (files: string[], flags: TestFlags) => {
      const { testFiles } = await import('../policy/test-files.ts');
      await testFiles(files, flags);
    });
}
