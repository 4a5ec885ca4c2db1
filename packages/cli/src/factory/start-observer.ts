import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { CliError } from '../error.ts';
import type { ObserverMessage, ObserverSettings } from './observer-settings.ts';

/** The observer's process, as the factory holds it. */
export interface ObserverProcess {
  pid: number;
  /** Resolves when it watches; rejects when it could not start. */
  ready: Promise<{ fingerprint: string }>;
  /** Lets it finish what it is signing, and ends it. */
  stop(): Promise<void>;
}

/** It ends itself well before; a process that hangs must not keep the factory. */
const longestStopMs = 10_000;

/**
 * Starts the observer in a process of its own. It ends by itself when this process does: its standard input closes.
 */
export function startObserver(
  settings: ObserverSettings,
  onExit: (code: number | null) => void,
): ObserverProcess {
  const child: ChildProcess = spawn(process.execPath, [resolve(import.meta.dirname, 'observer-process.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  const exited = once(child, 'exit');
  child.stdin!.on('error', () => {});
  child.stdin!.write(`${JSON.stringify(settings)}\n`);
  let stopping = false;
  const ready = new Promise<{ fingerprint: string }>((accept, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const message = JSON.parse(line) as ObserverMessage;
      if (message.type === 'ready') accept(message);
      else reject(new CliError('FactoryStartFailed', `the observer did not start: ${message.message}`));
    });
    child.once('exit', (code) => {
      if (!stopping) onExit(code);
      reject(new CliError('FactoryStartFailed', `the observer ended with code ${code}`));
    });
  });
  ready.catch(() => {});
  return {
    pid: child.pid!,
    ready,
    async stop() {
      stopping = true;
      child.stdin!.end();
      const giveUp = setTimeout(() => child.kill('SIGKILL'), longestStopMs);
      await exited;
      clearTimeout(giveUp);
    },
  };
}
