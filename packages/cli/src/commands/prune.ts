import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { openHome } from '../home.ts';
import type { PrunePlan } from '../prune/prune-plan.ts';
import { confirm } from '../terminal/confirm.ts';
import { formatBytes } from '../terminal/format-bytes.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { printable, styleFor } from '../terminal/style.ts';

interface PruneFlags {
  keep?: number;
  olderThan?: number;
  orphans: boolean;
  caches?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  output?: OutputFormat;
}

const day = 24 * 60 * 60_000;

export function addPruneCommand(program: Command): void {
  program
    .command('prune')
    .description('delete ended runs with their logs, and what nothing refers to any more')
    .option('--keep <number>', 'runs that stay of each pipeline or task: the newest', wholeNumber)
    .option('--older-than <age>', 'only runs that ended longer ago, as 36h or 30d', age)
    .option('--no-orphans', 'leave blobs and logs that nothing refers to')
    .option('--caches', 'also caches of runs; with --older-than those not used for so long')
    .option('--dry-run', 'say what would go, and delete nothing')
    .option('--yes', 'do not ask')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Without --keep and --older-than no run is deleted. With both, a run goes that neither keeps.
Images stay, also those of runs that go.

Examples:
  assay prune --keep 10 --dry-run
  assay prune --older-than 30d --yes`,
    )
    .action(async (flags: PruneFlags) => {
      const [{ openObjects }, { planPrune }, { carryOutPrune }] = await Promise.all([
        import('../factory/open-objects.ts'),
        import('../prune/prune-plan.ts'),
        import('../prune/carry-out-prune.ts'),
      ]);
      const home = openHome();
      const { client, close } = await openObjects(home);
      try {
        const now = Date.now();
        const plan = await planPrune(client, home, {
          now,
          orphans: flags.orphans,
          ...(flags.caches && { caches: true }),
          ...(flags.keep !== undefined && { keep: flags.keep }),
          ...(flags.olderThan !== undefined && { endedBefore: now - flags.olderThan }),
        });
        const count = plan.runs.length + plan.logs.length + plan.blobs.length + plan.caches.length;
        if (!flags.output) tell(plan);
        const wanted =
          !flags.dryRun &&
          count > 0 &&
          (flags.yes || (await confirm(`delete these, ${formatBytes(plan.bytes)} together?`)));
        if (wanted) await carryOutPrune(client, home, plan);
        if (flags.output) writeData({ ...plan, deleted: wanted }, flags.output);
        process.stderr.write(`${summary(count, plan.bytes, wanted)}\n`);
      } finally {
        await close();
      }
    });
}

function summary(count: number, bytes: number, deleted: boolean): string {
  if (count === 0) return 'there is nothing to delete';
  return `${deleted ? 'deleted' : 'would delete'} ${formatBytes(bytes)}${deleted ? '' : '; nothing was deleted'}`;
}

function tell({ runs, logs, blobs, caches }: PrunePlan): void {
  const style = styleFor(process.stdout);
  for (const { kind, namespace, name, ended, bytes } of runs) {
    process.stdout.write(
      `${style('bold', `${kind} ${namespace}/${name}`)} ended ${ended}, ${formatBytes(bytes)}\n`,
    );
  }
  for (const { namespace, serviceAccount, key, used, bytes } of caches) {
    const name = printable(`cache ${key} of ${namespace}/${serviceAccount}`);
    process.stdout.write(`${style('bold', name)} used ${used}, ${formatBytes(bytes)}\n`);
  }
  for (const [what, files] of [
    ['logs of runs that are gone', logs],
    ['blobs and uploads that nothing refers to', blobs],
  ] as const) {
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (files.length > 0) process.stdout.write(`${files.length} ${what}, ${formatBytes(bytes)}\n`);
  }
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CliError('Usage', `--keep ${text} is not a number`, {
    hint: 'write how many stay, as --keep 10',
  });
}

function age(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([dhm])$/.exec(text) ?? [];
  const unitMs = { d: day, h: day / 24, m: day / 24 / 60 }[unit ?? ''];
  if (number === undefined || unitMs === undefined) {
    throw new CliError('Usage', `--older-than ${text} is not an age`, { hint: 'write 30d, 36h or 90m' });
  }
  return Number(number) * unitMs;
}
