import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { CliError } from '../error.ts';

/** What a process of the factory says on its standard output, a JSON line each. */
export type ProcessMessage = { type: 'ready'; fingerprint: string } | { type: 'failed'; message: string };

/** A process with an identity and a key of its own, as the factory holds it. */
export interface SupervisedProcess {
  readonly name: string;
  /** Of the process that runs now. */
  readonly pid: number;
  /** True while it watches. */
  readonly up: boolean;
  /** Resolves with its key's fingerprint when it watches for the first time; rejects when it could not start. */
  ready: Promise<{ fingerprint: string }>;
  /** Lets it finish what it is at, and ends it. */
  stop(): Promise<void>;
}

const stopLine = 'stop';
/** It ends itself well before; a process that hangs must not keep the factory. */
const longestStopMs = 10_000;
const firstPauseMs = 200;
const longestPauseMs = 30_000;

export interface SupervisedProcessOptions {
  /** In messages: `observer`. */
  name: string;
  /** Absolute path of its source. */
  program: string;
  /** Written to its standard input, as one line of JSON. */
  settings: unknown;
  /** Told of each end that nobody asked for. */
  onExit(code: number | string | null): void;
}

/**
 * Starts a process of the factory. It ends by itself when this process does: its standard input closes. One that ends before is
 * started again, after a pause that grows while it does not come up; one that gave up by itself before it ever came up is not.
 */
export function startProcess(options: SupervisedProcessOptions): SupervisedProcess {
  const { name, program, settings, onExit } = options;
  const ready = Promise.withResolvers<{ fingerprint: string }>();
  ready.promise.catch(() => {});
  let stopping = false;
  let cameUp = false;
  let up = false;
  let pauseMs = firstPauseMs;
  let timer: NodeJS.Timeout | undefined;
  let child = start();

  function start(): ChildProcess {
    const started = spawn(process.execPath, [program], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
    });
    started.stdin!.on('error', () => {});
    started.stdin!.write(`${JSON.stringify(settings)}\n`);
    createInterface({ input: started.stdout! }).on('line', (line) => {
      const message = JSON.parse(line) as ProcessMessage;
      if (message.type === 'ready') {
        cameUp = true;
        up = true;
        pauseMs = firstPauseMs;
        ready.resolve(message);
      } else {
        ready.reject(new CliError('FactoryStartFailed', `the ${name} did not start: ${message.message}`));
      }
    });
    started.once('exit', (code, signal) => {
      up = false;
      if (stopping) return;
      onExit(code ?? signal);
      if (!cameUp && signal === null) {
        ready.reject(new CliError('FactoryStartFailed', `the ${name} ended with code ${code}`));
        return;
      }
      timer = setTimeout(() => {
        child = start();
      }, pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    });
    return started;
  }

  return {
    name,
    get pid() {
      return child.pid!;
    },
    get up() {
      return up;
    },
    ready: ready.promise,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.stdin!.end(`${stopLine}\n`);
      const giveUp = setTimeout(() => child.kill('SIGKILL'), longestStopMs);
      await exited;
      clearTimeout(giveUp);
    },
  };
}
