import { type Command, Option } from 'commander';
import { openRecords } from '../factory/session.ts';
import { openHome } from '../home.ts';
import { findRun } from '../run/find-run.ts';
import { followedLines, logSources, mergedLines, type SourcedLine } from '../run/run-logs.ts';
import { printable, styleFor } from '../terminal/style.ts';
import { addRunArgument, namedRun, type RunArgument } from './run-argument.ts';

interface LogFlags extends RunArgument {
  follow?: boolean;
  task?: string;
  step?: string;
  output?: 'json';
  timestamps?: boolean;
}

export function addLogsCommand(program: Command): void {
  addRunArgument(
    program.command('logs').description("print a run's logs, of a pipeline in the order of time"),
  )
    .option('-f, --follow', 'go on until the run has ended')
    .option('--task <task>', 'of one task of the pipeline')
    .option('--step <step>', 'of one step (or sidecar-NAME)')
    .option('--timestamps', 'begin each line with its time')
    .addOption(new Option('-o, --output <format>', 'a JSON object for each line').choices(['json']))
    .addHelpText(
      'after',
      `
Works with a running factory and without one, and for runs that have ended.

Examples:
  assay logs build-x7k2p -f
  assay logs --last --task compile --step test
  assay logs pr/nightly -o json | jq -r .text`,
    )
    .action(async (name: string | undefined, flags: LogFlags) => {
      await printLogs(namedRun(name, flags), flags);
    });
}

async function printLogs(name: string | undefined, flags: LogFlags): Promise<void> {
  const records = await openRecords(openHome());
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.on('SIGINT', onSignal);
  // Whoever reads has seen enough, as `head` has.
  const onClosed = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    stop.abort();
  };
  process.stdout.on('error', onClosed);
  try {
    const { client, logs } = records;
    const run = await findRun(client, flags.namespace, name);
    const selection = {
      ...(flags.task !== undefined && { task: flags.task }),
      ...(flags.step !== undefined && { step: flags.step }),
    };
    // Without a factory nothing goes on that could be waited for.
    const lines =
      flags.follow && records.shared
        ? followedLines(client, logs, run, selection, stop.signal)
        : mergedLines(logs, await logSources(client, run, selection));
    const write = lineWriter(flags);
    for await (const line of lines) {
      if (stop.signal.aborted) break;
      if (!process.stdout.write(write(line))) await drained(stop.signal);
    }
    const rest = write();
    if (rest && !stop.signal.aborted) process.stdout.write(rest);
  } finally {
    process.off('SIGINT', onSignal);
    await records.close();
  }
}

function drained(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.once('drain', resolve);
    stop.addEventListener('abort', () => resolve(), { once: true });
    if (stop.aborted) resolve();
  });
}

/** Turns lines into text; called without one at the end. A line that came in pieces is put together again. */
function lineWriter({ output, timestamps }: LogFlags): (line?: SourcedLine) => string {
  if (output === 'json') {
    return (line) => {
      if (!line) return '';
      const { time, text, complete, stream, source } = line;
      const { task, step, attempt, target } = source;
      const place = {
        ...(task && { task }),
        step,
        container: target.container,
        ...(attempt > 0 && { attempt }),
      };
      return `${JSON.stringify({ time: time.toISOString(), ...place, stream, text, ...(!complete && { complete }) })}\n`;
    };
  }
  const style = styleFor(process.stdout);
  let open: string | undefined;
  return (line) => {
    if (!line) return open === undefined ? '' : '\n';
    const { task, step, attempt } = line.source;
    const again = attempt > 0 ? ` (attempt ${attempt + 1})` : '';
    const place = `${task ? `${task} : ` : ''}${step}${again}`;
    const goesOn = open === place;
    const end = open !== undefined && !goesOn ? '\n' : '';
    const time = timestamps && !goesOn ? `${line.time.toISOString()} ` : '';
    const prefix = goesOn ? '' : `${time}${style('cyan', `[${printable(place)}]`)} `;
    open = line.complete ? undefined : place;
    return `${end}${prefix}${printable(line.text)}${line.complete ? '\n' : ''}`;
  };
}
