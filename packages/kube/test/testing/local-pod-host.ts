import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod, PodHost, PodLogOptions } from '../../src/index.ts';

/** A host whose containers are this machine, and whose logs are kept in memory. */
export class LocalPodHost implements PodHost {
  /** Lines by `<pod>/<container>`. */
  readonly logs = new Map<string, string[]>();
  /** What logs were asked for, in the order of the requests. */
  readonly asked: PodLogOptions[] = [];
  /** Processes that run. */
  running = 0;
  /** Bytes that processes have written. */
  written = 0;

  async *readLog({ metadata }: Pod, container: string, options: PodLogOptions): AsyncGenerator<string> {
    this.asked.push(options);
    const lines = () => this.logs.get(`${metadata.name}/${container}`) ?? [];
    let at = Math.max(0, lines().length - (options.tailLines ?? Number.POSITIVE_INFINITY));
    for (;;) {
      const ended = !options.follow || options.follow.aborted;
      for (; at < lines().length; at++) yield `${lines()[at]}\n`;
      if (ended) return;
      await sleep(10);
    }
  }

  async exec(_pod: Pod, container: string, { args, stdin, ...command }: Parameters<PodHost['exec']>[2]) {
    if (container !== 'step-main') throw new Error(`container "${container}" does not run`);
    const [program, ...rest] = args as [string, ...string[]];
    const child = spawn(program, rest, {
      stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, SIZE: JSON.stringify(command.tty ?? null) },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    this.running += 1;
    const exit = new Promise<number>((resolve) =>
      child.once('close', (code) => {
        this.running -= 1;
        resolve(code ?? 137);
      }),
    );
    child.stdout!.on('data', (chunk: Buffer) => {
      this.written += chunk.length;
      command.onOutput(chunk);
    });
    child.stderr!.on('data', (chunk: Buffer) => command.onError(chunk));
    return {
      exit,
      ...(child.stdin && { stdin: child.stdin }),
      hold: (held: boolean) => void (held ? child.stdout!.pause() : child.stdout!.resume()),
      resize: ({ columns, rows }: { columns: number; rows: number }) =>
        command.onOutput(Buffer.from(`resized to ${columns}x${rows}\n`)),
      kill: () => void child.kill('SIGKILL'),
    };
  }
}
