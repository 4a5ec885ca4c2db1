import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { connectSession } from '../factory/session.ts';
import { openHome } from '../home.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';

export function addRestoreCommand(program: Command): void {
  program
    .command('restore')
    .description('put a backup into the home, after checking every file in it')
    .argument('<file>', 'what assay backup has written')
    .option('--force', 'replace what the home holds')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A backup without keys leaves the home the keys it has, or has new ones made at the next start.

Examples:
  ASSAY_HOME=/srv/other assay restore factory.tar.gz
  assay restore --force factory.tar.gz`,
    )
    .action(async (file: string, flags: { force?: boolean; output?: OutputFormat }) => {
      const home = openHome();
      if (!existsSync(file))
        throw new CliError('Usage', `there is no file ${file}`, { hint: 'check the name' });
      if (await connectSession(home)) {
        throw new CliError('HomeNotEmpty', 'a factory is running on this home', {
          hint: "stop it with 'assay down' first",
        });
      }
      if (existsSync(home.store) && !flags.force) {
        throw new CliError('HomeNotEmpty', `${home.root} holds a factory already`, {
          hint: 'set ASSAY_HOME to an empty directory, or add --force to replace what is there',
        });
      }
      const { restoreBackup } = await import('../backup/restore-backup.ts');
      const { created, withKeys, files } = await restoreBackup(home, file);
      if (flags.output) writeData({ home: home.root, created, withKeys, files: files.length }, flags.output);
      process.stderr.write(
        `${home.root} is as it was at ${created}: ${files.length} files checked${withKeys ? ', keys included' : ''}\n`,
      );
    });
}
