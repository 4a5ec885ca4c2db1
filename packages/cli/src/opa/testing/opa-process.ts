import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { OpaAnswer, OpaRequest } from './opa-worker.ts';

/** A process that runs `assay opa` commands in a directory of files, which go when it ends. */
export class OpaProcess {
  readonly directory = mkdtempSync(join(tmpdir(), 'assay-opa-'));
  readonly #child: ChildProcess;

  constructor(files: Record<string, string> = {}) {
    this.write(files);
    this.#child = fork(join(import.meta.dirname, 'opa-worker.ts'), {
      env: { ...process.env, NO_COLOR: '1' },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
  }

  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.directory, name)), { recursive: true });
      writeFileSync(join(this.directory, name), text);
    }
  }

  /** Runs one command; await it before the next. */
  async run(args: string[], env: Record<string, string> = {}): Promise<OpaAnswer> {
    const ended = new AbortController();
    const { signal } = ended;
    const answer = Promise.race([
      once(this.#child, 'message', { signal }).then(([message]) => message as OpaAnswer),
      once(this.#child, 'exit', { signal }).then(([code]) => {
        throw new Error(`the worker exited with ${code}`);
      }),
    ]);
    this.#child.send({ args, cwd: this.directory, env } satisfies OpaRequest);
    return answer.finally(() => ended.abort());
  }

  close(): void {
    this.#child.kill();
    rmSync(this.directory, { recursive: true });
  }
}
