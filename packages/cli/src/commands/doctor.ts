import type { HostNeed, HostReport } from '@assay/sandbox';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { openHome } from '../home.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { styleFor } from '../terminal/style.ts';

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'say what this machine lacks to run steps, and the command that brings it; check what the home holds',
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Exit codes: 0 steps can run here and the home is sound, 1 something is missing or damaged.

Examples:
  assay doctor
  assay down && assay doctor    # checks every object of the store, too`,
    )
    .action(async ({ output }: { output?: OutputFormat }) => {
      const { inspectHost } = await import('@assay/sandbox');
      const { inspectHome } = await import('../factory/inspect-home.ts');
      const report = await inspectHost();
      const home = await inspectHome(openHome());
      if (output) writeData({ ...report, home }, output);
      else {
        printNeeds(report.needs, 'missing: ');
        printNeeds(home.needs, '');
        printReport(report);
      }
      process.exitCode = report.ready && home.sound ? exitCodes.done : exitCodes.failed;
    });
}

/** @param lost what is said before the details of what is not as it should be */
function printNeeds(needs: readonly HostNeed[], lost: string): void {
  const style = styleFor(process.stdout);
  for (const { name, present, required, detail, fix } of needs) {
    const mark = present ? style('green', '✔') : required ? style('red', '✖') : style('yellow', '!');
    const text = present ? detail : `${lost}${detail}${fix ? `\n  ${style('cyan', 'hint:')} ${fix}` : ''}`;
    process.stdout.write(`${mark} ${name.padEnd(18)} ${text}\n`);
  }
}

function printReport({ ready, rootless, cgroups }: HostReport): void {
  const user = rootless ? 'an unprivileged user' : 'root';
  process.stdout.write(
    `${ready ? 'steps can run here' : 'steps cannot run here'}, as ${user}, cgroups ${cgroups}\n`,
  );
}
