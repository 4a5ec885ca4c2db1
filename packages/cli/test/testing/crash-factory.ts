import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Client } from '@assay/kube';
import { connectSession } from '../../src/factory/session.ts';
import type { FactoryHome } from './factory-home.ts';
import { pause } from './factory-home.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

export type Victim = 'factory' | 'observer' | 'gate' | 'everything' | 'any one';

/** A factory in processes of its own, to be killed and started again. */
export class CrashFactory {
  readonly home: FactoryHome;
  #child: ChildProcess | undefined;
  #stderr = '';

  constructor(home: FactoryHome) {
    this.home = home;
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<Client> {
    const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
    this.#stderr = '';
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', main, 'up', '--foreground'],
      {
        env: { ...environment, ASSAY_HOME: this.home.root, NO_COLOR: '1' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    this.#child = child;
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    for (const deadline = Date.now() + 30_000; ; await pause(20)) {
      const session = await connectSession(this.home.paths);
      if (session) return session.client;
      assert.equal(child.exitCode, null, `the factory ended instead of starting:\n${this.#stderr}`);
      assert.equal(child.signalCode, null, `the factory was killed while it started:\n${this.#stderr}`);
      assert.ok(Date.now() < deadline, `the factory does not start:\n${this.#stderr}`);
    }
  }

  /** What it has said on standard error since it was started. */
  get said(): string {
    return this.#stderr;
  }

  get running(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /**
   * SIGKILL for the victim; `choose` picks one of several.
   * @returns what was killed, as its commands, and whether the factory's own process was
   */
  kill(victim: Victim, choose: <T>(items: readonly T[]) => T): { killed: string; dies: boolean } {
    const pid = this.#child!.pid!;
    const tree = descendants(pid);
    const processes = (program: string) => tree.filter((one) => commandOf(one).includes(program));
    const targets = {
      factory: [pid],
      observer: processes('observer-process'),
      gate: processes('gate-process'),
      everything: [pid, ...tree],
      'any one': [choose([pid, ...tree])],
    }[victim];
    const commands = targets.map(commandOf);
    for (const target of targets) sendKill(target);
    const killed = commands.map((command) => command.split(' ')[0]?.split('/').at(-1)).join(',');
    return { killed, dies: targets.includes(pid) };
  }

  /** Waits until the factory's own process is gone. */
  async gone(): Promise<void> {
    const child = this.#child!;
    if (this.running) await once(child, 'exit');
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.#child!.kill('SIGTERM');
    await this.gone();
  }

  /** The lines that steps have written, whatever became of their runs. */
  markers(): string[] {
    const claims = join(this.home.root, 'sandbox/claims');
    const claim = existsSync(claims)
      ? readdirSync(claims).find((name) => name.startsWith('default_markers_'))
      : undefined;
    const file = claim && join(claims, claim, 'markers');
    if (!file || !existsSync(file)) return [];
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  }
}

function sendKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended on its own, or with its parent.
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** The processes below one, as far as they are still its own. */
function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // Gone in the meantime.
    }
  }
  const found: number[] = [];
  for (const queue = [pid]; queue.length > 0; ) {
    for (const child of children.get(queue.shift()!) ?? []) {
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}
