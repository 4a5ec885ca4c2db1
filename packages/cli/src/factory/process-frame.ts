import { createInterface } from 'node:readline';
import type { ControllerFault } from '@assay/kube';
import type { ProcessMessage } from './supervised-process.ts';

/** How long a process may go on after it was told to stop. */
const lastWordsMs = 3000;

/** What a process of the factory does between its start and its end. */
export interface ProcessWork {
  fingerprint: string;
  /** Finishes what is being done. */
  stop(): Promise<void>;
}

/**
 * Runs a process of the factory: reads its settings from standard input, says when it is ready, and ends, after what it is
 * at, when a second line tells it to stop. When standard input closes without a word, its factory was killed, and it ends
 * at once: two processes of one identity, one of each factory, would get into each other's way.
 */
export async function runProcess<Settings>(
  start: (settings: Settings) => Promise<ProcessWork>,
): Promise<never> {
  const lines = createInterface({ input: process.stdin });
  const settings = await new Promise<Settings>((resolve) =>
    lines.once('line', (line) => resolve(JSON.parse(line))),
  );
  const stopped = new Promise<void>((resolve) => lines.once('line', () => resolve()));
  const end = () => process.exit(0);
  lines.once('close', end);
  void stopped.then(() => {
    lines.off('close', end);
    setTimeout(end, lastWordsMs);
  });
  // Ctrl-C reaches the whole process group; the factory decides when its processes end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  try {
    const { fingerprint, stop } = await start(settings);
    say({ type: 'ready', fingerprint });
    await stopped;
    await stop();
    process.exit(0);
  } catch (error) {
    say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
}

function say(message: ProcessMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Tells on standard error what a controller of the process could not do. */
export function reportFaults(name: string): (error: unknown, fault: ControllerFault) => void {
  return (error, fault) => {
    const { namespace, name: object } = fault.key ?? {};
    const place = fault.key ? `${fault.controller} ${namespace}/${object}` : fault.resource;
    process.stderr.write(`${name}: ${place}: ${error instanceof Error ? error.message : String(error)}\n`);
  };
}
