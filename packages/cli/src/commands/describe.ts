import type { Command } from 'commander';
import { openRecords } from '../factory/session.ts';
import { openHome } from '../home.ts';
import { findRun } from '../run/find-run.ts';
import { runTree } from '../run/run-tree.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { drawRunTree } from '../terminal/print-run-tree.ts';
import { styleFor } from '../terminal/style.ts';
import { addRunArgument, namedRun, type RunArgument } from './run-argument.ts';

export function addDescribeCommand(program: Command): void {
  addRunArgument(
    program.command('describe').description('explain a run: its tasks and steps, how they ended and why'),
  )
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Works with a running factory and without one.

Examples:
  assay describe build-x7k2p
  assay describe --last -o json`,
    )
    .action(async (name: string | undefined, flags: RunArgument & { output?: OutputFormat }) => {
      const records = await openRecords(openHome());
      try {
        const run = await findRun(records.client, flags.namespace, namedRun(name, flags));
        const tree = await runTree(records.client, run);
        if (flags.output) writeData(tree, flags.output);
        else process.stdout.write(drawRunTree(tree, styleFor(process.stdout)));
      } finally {
        await records.close();
      }
    });
}
