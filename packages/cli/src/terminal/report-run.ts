import type { RunEvent, RunReporter } from '../run/run-events.ts';
import { formatElapsed, printable, type Style, styleFor } from './style.ts';

/** Where a run is told: logs are data and go to `out`, what happens goes to `progress`. */
export interface RunOutput {
  out: { write(text: string): unknown; isTTY?: boolean };
  progress: { write(text: string): unknown; isTTY?: boolean };
}

/** How progress is shown. */
export type ProgressMode = 'auto' | 'tty' | 'plain' | 'json';

/**
 * A reporter that writes runs as lines: each log line under its task and step, each change of state once. With
 * `several` runs at a time the lines name their run, too.
 */
export function runReporter(output: RunOutput, mode: ProgressMode = 'auto', several = false): RunReporter {
  if (mode === 'json') return (event) => output.progress.write(`${JSON.stringify(jsonEvent(event))}\n`);
  const environment = mode === 'plain' ? { NO_COLOR: '1' } : process.env;
  const forced = mode === 'tty' ? { isTTY: true } : undefined;
  const style = styleFor(forced ?? output.progress, environment);
  const logStyle = styleFor(forced ?? output.out, environment);
  /** The step whose line is not finished yet. */
  let open: string | undefined;
  /** Runs of which it was told that they wait: of a thousand tasks, the first says it for all. */
  const waiting = new Set<string>();
  return (event) => {
    if (event.type === 'task-waiting') {
      if (waiting.has(event.run)) return;
      waiting.add(event.run);
    }
    if (event.type === 'log') {
      const names = event.task === event.run ? [event.step] : [event.task, event.step];
      const place = (several ? [event.run, ...names] : names).join(' : ');
      if (open !== undefined && open !== place) output.out.write('\n');
      const prefix = open === place ? '' : `${logStyle('cyan', `[${place}]`)} `;
      output.out.write(prefix + printable(event.text) + (event.newline ? '\n' : ''));
      open = event.newline ? undefined : place;
      return;
    }
    const line = progressLine(event, style);
    if (line === undefined) return;
    if (open !== undefined) output.out.write('\n');
    open = undefined;
    output.progress.write(`${line}\n`);
  };
}

function progressLine(event: Exclude<RunEvent, { type: 'log' }>, style: Style): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `${style('bold', `${event.kind} ${event.name}`)} started`;
    case 'task-waiting':
      return style('dim', `  · ${event.task} waits for a slot (${event.why}), and so may others`);
    case 'step-started':
      return undefined;
    case 'step-paused':
      return style('yellow', `  ‖ ${event.task} : ${event.step} stands still at a breakpoint`);
    case 'step-ended':
      if (event.reason === 'Skipped') return undefined;
      if (event.reason === 'Continued') {
        return style(
          'yellow',
          `  ! ${event.task} : ${event.step} exited with code ${event.exitCode}, and the task goes on`,
        );
      }
      return style(
        'red',
        `  ✖ ${event.task} : ${event.step} exited with code ${event.exitCode} (${event.reason})`,
      );
    case 'task-skipped':
      return style('dim', `  - ${event.task} skipped: ${event.reason}`);
    case 'task-ended':
      return event.succeeded
        ? `  ${style('green', '✔')} ${event.task} ${style('dim', formatElapsed(event.ms))}`
        : style('red', `  ✖ ${event.task} ${event.reason}: ${printable(event.message)}`);
    case 'run-ended': {
      const { kind, metadata } = event.run;
      const end = `${kind} ${metadata.name} ${event.reason}: ${printable(event.message)}`;
      const mark = event.succeeded ? style('green', '✔') : style('red', '✖');
      return `${mark} ${end} ${style('dim', `(${formatElapsed(event.ms)})`)}`;
    }
    case 'signed':
      return event.signed
        ? `${style('green', '✔')} ${event.kind} ${event.name}: provenance signed`
        : style('yellow', `! ${event.kind} ${event.name}: the observer could not sign its provenance`);
  }
}

function jsonEvent(event: RunEvent): unknown {
  if (event.type !== 'run-ended') return event;
  const { run, ...rest } = event;
  return { ...rest, kind: run.kind, name: run.metadata.name, namespace: run.metadata.namespace };
}
