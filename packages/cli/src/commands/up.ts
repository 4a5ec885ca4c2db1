import { spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { CliError } from '../error.ts';
import { type LogFormat, logFormats, openFactoryLog } from '../factory/factory-log.ts';
import { connectSession } from '../factory/session.ts';
import { loadTektonConfig } from '../factory/tekton-config.ts';
import { type Home, openHome } from '../home.ts';
import { styleFor } from '../terminal/style.ts';

interface UpFlags {
  foreground?: boolean;
  imageMap?: string;
  featureFlag: string[];
  logFormat: LogFormat;
}

export function addUpCommand(program: Command): void {
  program
    .command('up')
    .description(
      'start the factory and leave it running; runs, registry and git server are then there for all tools',
    )
    .option('--foreground', 'stay, and log to the terminal, until interrupted')
    .option('--image-map <file>', 'YAML of image patterns to the images to run instead')
    .option(
      '--feature-flag <name=value>',
      "one of Tekton's, as enable-api-fields=beta or results-from=termination-message",
      (flag: string, flags: string[]) => [...flags, flag],
      [],
    )
    .addOption(
      new Option('--log-format <format>', 'lines of the log in the foreground')
        .choices(logFormats)
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Stop it with 'assay down'; see it with 'assay status'.

Examples:
  assay up
  assay up --foreground --log-format json
  OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 assay up`,
    )
    .action(async (flags: UpFlags) => {
      const home = openHome();
      const running = await connectSession(home);
      if (running && (flags.imageMap !== undefined || flags.featureFlag.length > 0)) {
        const flag = flags.imageMap === undefined ? '--feature-flag' : '--image-map';
        throw new CliError('Usage', `the factory is up, and ${flag} is decided where it starts`, {
          hint: "stop it with 'assay down' first",
        });
      }
      if (running) {
        process.stderr.write(`the factory is up; its registry is ${running.registryHost}\n`);
        return;
      }
      await (flags.foreground ? serve(home, flags) : startInBackground(home, flags));
    });
}

/** Runs the factory in this process until a signal ends it. */
async function serve(home: Home, { imageMap, featureFlag, logFormat }: UpFlags): Promise<void> {
  const [log, { startFactory }, { loadImageMap }] = await Promise.all([
    openFactoryLog(logFormat),
    import('../factory/factory.ts'),
    import('../factory/image-map.ts'),
  ]);
  const factory = await startFactory({
    home,
    tls: true,
    tekton: await loadTektonConfig(home.root, featureFlag),
    ...(imageMap !== undefined && { imageMap: loadImageMap(imageMap) }),
    onError: (error, place) => log.error(place, error),
  });
  const pidFile = join(home.run, 'factory.pid');
  writeFileSync(pidFile, `${process.pid}\n`);
  const { name, version, reason } = factory.runtime;
  const runtime = `${name} ${version} (${reason})`;
  log.info('factory up', { registry: factory.registryHost, API: factory.apiUrl, runtime });
  await new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
  log.info('factory stopping');
  await factory.stop();
  rmSync(pidFile, { force: true });
}

async function startInBackground(home: Home, { imageMap, featureFlag }: UpFlags): Promise<void> {
  // What is wrong with the settings is told here, not in the log.
  await loadTektonConfig(home.root, featureFlag);
  const log = join(home.logs, 'factory.log');
  const output = openSync(log, 'a');
  const args = [resolve(import.meta.dirname, '../main.ts'), 'up', '--foreground', '--log-format', 'json'];
  if (imageMap !== undefined) args.push('--image-map', resolve(imageMap));
  for (const flag of featureFlag) args.push('--feature-flag', flag);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, ASSAY_HOME: home.root },
  });
  let exited = false;
  child.once('exit', () => {
    exited = true;
  });
  for (const deadline = Date.now() + 30_000; Date.now() < deadline && !exited; ) {
    const session = await connectSession(home);
    if (session) {
      child.unref();
      const style = styleFor(process.stderr);
      process.stderr.write(
        `${style('green', '✔')} the factory is up; its registry is ${session.registryHost}\n`,
      );
      return;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  child.kill('SIGKILL');
  throw new CliError('FactoryStartFailed', `the factory did not start: ${lastWords(log)}`, {
    hint: `read ${log}, or start it with 'assay up --foreground'`,
  });
}

/** What the log says went wrong, else what it said last. */
function lastWords(file: string): string {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const words = lines.findLast((line) => line.startsWith('error: '))?.slice('error: '.length) ?? lines.at(-1);
  return words || 'it said nothing';
}
