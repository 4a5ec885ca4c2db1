import { PipelineRuns, succeededCondition, TaskRuns } from '@assay/tekton';
import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { exitCodes } from '../exit-codes.ts';
import { connectSession } from '../factory/session.ts';
import { openHome } from '../home.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { styleFor } from '../terminal/style.ts';

export function addStatusCommand(program: Command): void {
  program
    .command('status')
    .description('say whether the factory is up, where its registry is, and what it runs')
    .addOption(outputOption())
    .action(async ({ output }: { output?: OutputFormat }) => {
      const home = openHome();
      const session = await connectSession(home);
      if (!session) {
        throw new CliError('FactoryNotRunning', 'no factory is running', {
          hint: "start it with 'assay up'",
          exitCode: exitCodes.notFound,
        });
      }
      const lists = await Promise.all([session.client.list(PipelineRuns), session.client.list(TaskRuns)]);
      const runs = lists
        .flatMap(({ items }) => items)
        .map((run) => ({
          kind: run.kind,
          namespace: run.metadata.namespace!,
          name: run.metadata.name!,
          succeeded: succeededCondition(run)?.status ?? 'Unknown',
          reason: succeededCondition(run)?.reason ?? 'Pending',
        }));
      const running = runs.filter((run) => run.succeeded === 'Unknown');
      const status = { home: home.root, registry: session.registryHost, runs: runs.length, running };
      if (output) {
        writeData(status, output);
        return;
      }
      const style = styleFor(process.stdout);
      process.stdout.write(
        `home      ${status.home}\nregistry  ${status.registry}\nruns      ${status.runs}\n`,
      );
      for (const { kind, namespace, name, reason } of running) {
        process.stdout.write(`  ${style('bold', `${kind} ${namespace}/${name}`)} ${reason}\n`);
      }
    });
}
