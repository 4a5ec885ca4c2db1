import type { HostReport } from '@assay/sandbox';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { styleFor } from '../terminal/style.ts';

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('say what this machine lacks to run steps, and the command that brings it')
    .addOption(outputOption())
    .addHelpText('after', '\nExit codes: 0 steps can run here, 1 something they need is missing.')
    .action(async ({ output }: { output?: OutputFormat }) => {
      const { inspectHost } = await import('@assay/sandbox');
      const report = await inspectHost();
      if (output) writeData(report, output);
      else printReport(report);
      process.exitCode = report.ready ? exitCodes.done : exitCodes.failed;
    });
}

function printReport({ ready, rootless, cgroups, needs }: HostReport): void {
  const style = styleFor(process.stdout);
  for (const { name, present, required, detail, fix } of needs) {
    const mark = present ? style('green', '✔') : required ? style('red', '✖') : style('yellow', '!');
    const lost = present ? detail : `missing: ${detail}${fix ? `\n  ${style('cyan', 'hint:')} ${fix}` : ''}`;
    process.stdout.write(`${mark} ${name.padEnd(18)} ${lost}\n`);
  }
  const user = rootless ? 'an unprivileged user' : 'root';
  process.stdout.write(
    `${ready ? 'steps can run here' : 'steps cannot run here'}, as ${user}, cgroups ${cgroups}\n`,
  );
}
