import { type Command, Option } from 'commander';
import { executeRuns } from '../run/execute-runs.ts';
import { findRun } from '../run/find-run.ts';
import { repeatedRun } from '../run/repeat-run.ts';
import type { OutputFormat } from '../terminal/output.ts';
import { type ProgressMode, runReporter } from '../terminal/report-run.ts';
import { addRunArgument, namedRun, type RunArgument } from './run-argument.ts';

interface RerunFlags extends RunArgument {
  fromFailed?: boolean;
  sign: boolean;
  progress: ProgressMode;
  output?: OutputFormat | 'name';
}

export function addRerunCommand(program: Command): void {
  addRunArgument(
    program.command('rerun').description('run a TaskRun or PipelineRun again, or what failed of it'),
  )
    .option('--from-failed', 'do not repeat tasks that did well: their results are taken over')
    .option('--no-sign', 'do not wait for the observer to sign what was run')
    .addOption(
      new Option('--progress <mode>', 'how progress is told, on standard error')
        .choices(['auto', 'tty', 'plain', 'json'])
        .default('auto'),
    )
    .addOption(
      new Option(
        '-o, --output <format>',
        'print the ended run as data; logs then go to standard error',
      ).choices(['json', 'yaml', 'name']),
    )
    .addHelpText(
      'after',
      `
The new run has a name of its own and says which one it repeats. A task is taken over only if everything that
it was given is the same as before; claims of the earlier run are used again.

Exit codes: as 'assay run'.

Examples:
  assay rerun --last --from-failed
  assay rerun pr/nightly-8 --from-failed`,
    )
    .action(async (name: string | undefined, flags: RerunFlags) => {
      const wanted = namedRun(name, flags);
      process.exitCode = await executeRuns(
        async (client) => {
          const run = await findRun(client, flags.namespace, wanted);
          return { definitions: [], runs: [repeatedRun(run, flags.fromFailed ?? false)] };
        },
        {
          report: runReporter(
            { out: flags.output ? process.stderr : process.stdout, progress: process.stderr },
            flags.progress,
          ),
          sign: flags.sign,
          ...(flags.output && { output: flags.output }),
        },
      );
    });
}
