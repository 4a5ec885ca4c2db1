import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineRuns, succeededCondition, TaskRuns } from '@assay/tekton';
import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { exitCodes } from '../exit-codes.ts';
import { apiUrl } from '../factory/api-address.ts';
import { connectSession } from '../factory/session.ts';
import { type Home, openHome } from '../home.ts';
import { diskUsage } from '../prune/disk-usage.ts';
import { formatBytes } from '../terminal/format-bytes.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { styleFor } from '../terminal/style.ts';

export function addStatusCommand(program: Command): void {
  program
    .command('status')
    .description('say whether the factory is up, where it is, what it runs, and how much disk it uses')
    .addOption(outputOption())
    .addHelpText('after', '\nExamples:\n  assay status\n  assay status -o json | jq .disk.free')
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
      const status = {
        home: home.root,
        registry: session.registryHost,
        ...(await apiStatus(home)),
        runs: runs.length,
        running,
        disk: await diskStatus(home),
      };
      if (output) {
        writeData(status, output);
        return;
      }
      const style = styleFor(process.stdout);
      const { disk } = status;
      const areas = Object.entries(disk.used).map(([area, bytes]) => `${area} ${formatBytes(bytes)}`);
      process.stdout.write(
        `home      ${status.home}\nregistry  ${status.registry}\n${status.api ? `api       ${status.api}\n` : ''}` +
          `process   ${status.pid ?? 'a command that is running'}\nruns      ${status.runs}\n` +
          `disk      ${formatBytes(disk.total)} used (${areas.join(', ')}), ${formatBytes(disk.free)} free\n`,
      );
      for (const { kind, namespace, name, reason } of running) {
        process.stdout.write(`  ${style('bold', `${kind} ${namespace}/${name}`)} ${reason}\n`);
      }
    });
}

/** The process of `assay up`, and where it serves; a factory that a command started for itself serves no tools. */
async function apiStatus(home: Home): Promise<{ api?: string; pid?: number }> {
  let pid: number;
  try {
    pid = Number(readFileSync(join(home.run, 'factory.pid'), 'utf8'));
    process.kill(pid, 0);
  } catch {
    return {};
  }
  const api = apiUrl(home);
  return { pid, ...(api !== undefined && { api }) };
}

/** Bytes by area, and what is left where the home is. */
async function diskStatus(home: Home) {
  const seen = new Set<string>();
  const files = ['store.db', 'store.db-wal', 'store.db-shm'].map((name) => join(home.root, name));
  const areas: Record<string, string[]> = {
    store: files,
    registry: [home.registry],
    repositories: [home.repositories],
    sandbox: [home.sandbox],
    logs: [home.logs],
  };
  const used: Record<string, number> = {};
  for (const [area, paths] of Object.entries(areas)) {
    used[area] = 0;
    for (const path of paths) used[area] += await diskUsage(path, seen);
  }
  const { bavail, bsize } = await statfs(home.root);
  const total = Object.values(used).reduce((sum, bytes) => sum + bytes, 0);
  return { used, total, free: bavail * bsize };
}
