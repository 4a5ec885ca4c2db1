import { createInterface } from 'node:readline';
import type { ControllerFault } from '@assay/kube';
import type { ProcessMessage } from './supervised-process.ts';

/** How long a process may go on after its factory has ended. */
const lastWordsMs = 3000;

/** What a process of the factory does between its start and its end. */
export interface ProcessWork {
  fingerprint: string;
  /** Finishes what is being done. */
  stop(): Promise<void>;
}

/**
 * Runs a process of the factory: reads its settings from standard input, says when it is ready, and ends, after what it is at, when
 * standard input closes; so it never outlives the factory.
 */
export async function runProcess<Settings>(
  start: (settings: Settings) => Promise<ProcessWork>,
): Promise<never> {
  const lines = createInterface({ input: process.stdin });
  const settings = await new Promise<Settings>((resolve) =>
    lines.once('line', (line) => resolve(JSON.parse(line))),
  );
  const inputClosed = new Promise<void>((resolve) => lines.once('close', resolve));
  // A factory that was killed answers nothing any more, whatever is waited for: the next process goes on with it.
  void inputClosed.then(() => setTimeout(() => process.exit(0), lastWordsMs));
  // Ctrl-C reaches the whole process group; the factory decides when its processes end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  try {
    const { fingerprint, stop } = await start(settings);
    say({ type: 'ready', fingerprint });
    await inputClosed;
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
