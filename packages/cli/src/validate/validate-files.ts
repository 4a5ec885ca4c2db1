import { formatProblem } from '@assay/tekton';
import type { ValidateOptions } from '../commands/validate.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeData } from '../terminal/output.ts';
import { printable, styleFor } from '../terminal/style.ts';
import { type CheckReport, checkFiles } from './check-files.ts';
import { findFiles } from './find-files.ts';
import { readConfig } from './read-config.ts';

/** Checks files of objects and prints what is wrong. @throws CliError Usage for what cannot be read */
export async function validateFiles(paths: readonly string[], options: ValidateOptions): Promise<void> {
  const validation = await readConfig(options.config);
  const report = await checkFiles(findFiles(paths), { ...validation, strict: options.strict === true });
  if (options.output) writeData(report, options.output);
  else printReport(report);
  const failed = report.problems.some(({ severity }) => severity === 'error');
  process.exitCode = failed ? exitCodes.failed : exitCodes.done;
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
