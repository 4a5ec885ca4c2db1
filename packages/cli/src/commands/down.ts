import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../error.ts';
import { connectSession } from '../factory/session.ts';
import { openHome } from '../home.ts';

export function addDownCommand(program: Command): void {
  program
    .command('down')
    .description('stop the factory; runs that have not ended are retried or failed at its next start')
    .action(async () => {
      const home = openHome();
      const pidFile = join(home.run, 'factory.pid');
      // Only a process that answers as this home's factory is ended by its number.
      if (!(await connectSession(home))) {
        rmSync(pidFile, { force: true });
        process.stderr.write('no factory is running\n');
        return;
      }
      const pid = readPid(pidFile);
      process.kill(pid, 'SIGTERM');
      for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
        if (!isAlive(pid)) {
          process.stderr.write('the factory is stopped\n');
          return;
        }
        await new Promise((done) => setTimeout(done, 50));
      }
      throw new CliError('FactoryNotRunning', `the factory, process ${pid}, does not end`, {
        hint: `end it with 'kill -9 ${pid}'; nothing accepted is lost`,
      });
    });
}

function readPid(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CliError('FactoryNotRunning', 'the factory that runs here was not started by assay up', {
      hint: 'it ends with the command that started it',
      cause: error,
    });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
