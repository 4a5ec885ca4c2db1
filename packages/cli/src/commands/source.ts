import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { registryPort } from '../factory/registry-address.ts';
import { connectSession } from '../factory/session.ts';
import { openHome } from '../home.ts';
import { type OutputFormat, outputOption, writeData } from '../terminal/output.ts';

export function addSourceCommand(program: Command): void {
  const source = program
    .command('source')
    .description('git repositories that the factory serves to its steps');
  source
    .command('add')
    .description('make a git repository of a directory; the same files always give the same commit')
    .argument('<directory>', 'its files, as they are now')
    .option('--name <name>', "the repository's name (default: the directory's)")
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  assay source add examples/reproducible-go/app --name hello')
    .action(async (directory: string, { name, output }: { name?: string; output?: OutputFormat }) => {
      const home = openHome();
      const { createRepository } = await import('@assay/source');
      const files = resolve(directory);
      if (!statSync(files, { throwIfNoEntry: false })?.isDirectory()) {
        throw new CliError('Usage', `there is no directory ${directory}`, {
          hint: 'name the directory that holds the files of the repository',
        });
      }
      const repository = name ?? basename(files);
      const { commit } = await createRepository({ root: home.repositories, name: repository, files });
      const running = await connectSession(home);
      const host = running?.registryHost ?? `localhost:${await registryPort(home)}`;
      const url = `http://${host}/git/${repository}.git`;
      if (output) writeData({ url, commit }, output);
      else process.stdout.write(`${url} ${commit}\n`);
    });
}
