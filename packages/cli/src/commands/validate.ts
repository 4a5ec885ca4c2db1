import { formatProblem } from '@assay/tekton';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { printable, styleFor } from '../terminal/style.ts';
import { type CheckReport, checkFiles } from '../validate/check-files.ts';
import { findFiles } from '../validate/find-files.ts';
import { readConfig } from '../validate/read-config.ts';
import { addValidateImageCommand } from './validate/image.ts';
import { addValidateInputCommand } from './validate/input.ts';
import { addValidatePolicyCommand } from './validate/policy.ts';
import { addValidateVsaCommand } from './validate/vsa.ts';

interface ValidateOptions {
  strict?: boolean;
  config: string[];
  output?: OutputFormat;
}

export function addValidateCommand(program: Command): void {
  const validate = program
    .command('validate')
    .enablePositionalOptions()
    .description(
      "check files of objects without running them, with Tekton's own words and the place in the file",
    )
    .argument('[paths...]', 'files, directories, or - for standard input', ['.tekton'])
    .option('--strict', 'also warn of what would behave differently on a cluster')
    .option(
      '--config <file>',
      "a ConfigMap feature-flags or config-defaults of a cluster's Tekton to check by (repeatable)",
      (file: string, files: string[]) => [...files, file],
      [],
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Directories are searched for *.yaml, *.yml and *.json. Objects that refer to each other may stand in different files.

Exit codes: 0 nothing is wrong, 1 something is; warnings alone give 0.

Examples:
  assay validate
  assay validate pipeline.yaml tasks/
  assay validate --strict .tekton/
  kubectl get configmap feature-flags -n tekton-pipelines -o yaml > flags.yaml
  assay validate --config flags.yaml pipeline.yaml`,
    )
    .action(async (paths: string[], options: ValidateOptions) => {
      const validation = await readConfig(options.config);
      const report = await checkFiles(findFiles(paths), { ...validation, strict: options.strict === true });
      if (options.output) writeData(report, options.output);
      else printReport(report);
      const failed = report.problems.some(({ severity }) => severity === 'error');
      process.exitCode = failed ? exitCodes.failed : exitCodes.done;
    });
  addValidateImageCommand(validate);
  addValidateInputCommand(validate);
  addValidatePolicyCommand(validate);
  addValidateVsaCommand(validate);
}

function printReport({ files, objects, problems }: CheckReport): void {
  const style = styleFor(process.stdout);
  const lines = problems.map((problem) => {
    const marked = problem.severity === 'error' ? style('red', 'error:') : style('yellow', 'warning:');
    return `${marked} ${printable(formatProblem(problem))}`;
  });
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const mark = errors > 0 ? style('red', '✖') : style('green', '✔');
  const found = [count(errors, 'error')];
  if (problems.length > errors) found.push(count(problems.length - errors, 'warning'));
  lines.push(`${mark} ${count(objects, 'object')} in ${count(files, 'file')}: ${found.join(', ')}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}
