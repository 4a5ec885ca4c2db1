import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { firstPolicyFiles } from '../policy/first-policy.ts';

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('begin something')
    .command('policies')
    .description('write a policy configuration and a first rule into a directory')
    .option('-d, --dest-dir <directory>', 'where to', '.')
    .action(({ destDir }: { destDir: string }) => {
      for (const [path, text] of Object.entries(firstPolicyFiles)) {
        const file = join(destDir, path);
        mkdirSync(dirname(file), { recursive: true });
        write(file, text);
        process.stdout.write(`${file}\n`);
      }
    });
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new CliError('FileExists', `${file} is there already`, {
      hint: 'name another directory with --dest-dir',
      cause,
    });
  }
}
