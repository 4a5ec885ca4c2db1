import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { openHome } from '../home.ts';
import { formatBytes } from '../terminal/format-bytes.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';
import { styleFor } from '../terminal/style.ts';

interface BackupFlags {
  withKeys?: boolean;
  output?: OutputFormat;
}

export function addBackupCommand(program: Command): void {
  program
    .command('backup')
    .description('write objects, images, repositories and claims to one file, also while the factory runs')
    .argument('<file>', 'the file to make: a tar archive, compressed when the name ends in .gz or .tgz')
    .option(
      '--with-keys',
      'the signing key and the tokens of the API, too: keep such a file as safe as they are',
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Put it back with 'assay restore'. Logs of steps are not in it.

Examples:
  assay backup factory.tar.gz
  assay backup --with-keys factory-with-keys.tgz`,
    )
    .action(async (name: string, { withKeys = false, output }: BackupFlags) => {
      const file = resolve(name);
      if (existsSync(file)) {
        throw new CliError('Usage', `${name} exists`, {
          hint: 'name a new file; backups are not overwritten',
        });
      }
      const [{ copyHomeStore }, { writeBackup }] = await Promise.all([
        import('../backup/copy-home-store.ts'),
        import('../backup/write-backup.ts'),
      ]);
      const home = openHome();
      const copy = await copyHomeStore(home);
      try {
        const written = await writeBackup(home, copy, file, withKeys);
        if (output) writeData(written, output);
        else process.stdout.write(`${file}\n`);
        const style = styleFor(process.stderr);
        process.stderr.write(`${written.files} files, ${formatBytes(written.bytes)}\n`);
        if (withKeys) {
          process.stderr.write(
            `${style('yellow', 'warning:')} whoever can read this file can sign as this factory and be its admin\n`,
          );
        }
      } finally {
        rmSync(copy, { force: true });
      }
    });
}
