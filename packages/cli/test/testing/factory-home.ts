import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Home, openHome } from '../../src/home.ts';

const launcher = resolve(import.meta.dirname, '../../../../bin/assay');

/** A command that has ended. */
export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A command that runs. */
export class RunningCommand {
  readonly pid: number;
  readonly outcome: Promise<Outcome>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid!;
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.outcome = new Promise((done) => {
      child.once('close', (code, signal) =>
        done({ code, signal, stdout: this.#stdout, stderr: this.#stderr }),
      );
    });
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Resolves when either output holds the text, so many times. */
  async says(text: string, timeoutMs = 20_000, times = 1): Promise<void> {
    for (const deadline = Date.now() + timeoutMs; ; await pause(20)) {
      if ([this.#stdout, this.#stderr].some((output) => output.split(text).length > times)) return;
      const state = `${this.#stdout}\n--\n${this.#stderr}`;
      assert.equal(this.#child.exitCode, null, `it ended before it said ${JSON.stringify(text)}:\n${state}`);
      assert.ok(Date.now() < deadline, `it does not say ${JSON.stringify(text)}:\n${state}`);
    }
  }
}

/** A home of its own for the tests of one file, and the command on it. */
export class FactoryHome {
  readonly root: string;
  readonly #environment: NodeJS.ProcessEnv;
  #files = 0;

  private constructor(root: string) {
    this.root = root;
    const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
    this.#environment = { ...environment, ASSAY_HOME: root, NO_COLOR: '1' };
  }

  /** Makes a home; with `toolbox`, the one image that steps need is in it. */
  static async create({ toolbox = true } = {}): Promise<FactoryHome> {
    const home = new FactoryHome(mkdtempSync(join(tmpdir(), 'assay-cli-')));
    // A port of its own: homes that choose one themselves may choose each other's while they are idle.
    writeFileSync(join(home.root, 'registry-port'), `${await freePort()}\n`);
    if (toolbox) {
      const built = await home.assay(['images', 'build', 'toolbox']);
      assert.equal(built.code, 0, built.stderr);
    }
    return home;
  }

  /** The home's directories. */
  get paths(): Home {
    return openHome(this.#environment);
  }

  assay(args: readonly string[], input = '', environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return this.start(args, input, environment).outcome;
  }

  start(args: readonly string[], input = '', environment: NodeJS.ProcessEnv = {}): RunningCommand {
    const child = spawn(launcher, args, { env: { ...this.#environment, ...environment }, cwd: this.root });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    return new RunningCommand(child);
  }

  /** Writes a file into the home. @returns its name, relative to where commands run */
  write(content: string, name = `file-${++this.#files}.yaml`): string {
    writeFileSync(join(this.root, name), content);
    return name;
  }

  /** `assay run` of a manifest's text. */
  run(manifest: string, ...flags: string[]): Promise<Outcome> {
    return this.startRun(manifest, ...flags).outcome;
  }

  startRun(manifest: string, ...flags: string[]): RunningCommand {
    return this.start(['run', '-f', this.write(manifest), ...flags]);
  }

  /** `assay run -o json` of a manifest whose signing nobody waits for. */
  async runToJson(manifest: string, ...flags: string[]) {
    const outcome = await this.run(manifest, '--no-sign', '-o', 'json', ...flags);
    assert.notEqual(outcome.stdout, '', outcome.stderr);
    return { ...outcome, object: JSON.parse(outcome.stdout) };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

function freePort(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  return new Promise((accept, reject) => {
    const server = createServer();
    server.once('error', () => freePort().then(accept, reject));
    server.listen(port, '127.0.0.1', () => server.close(() => accept(port)));
  });
}
