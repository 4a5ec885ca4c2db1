import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Outcome, RunningCommand } from './factory-home.ts';

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'assay/debian');

/** The newest kubectl at hand: ASSAY_KUBECTL, what scripts/fetch-kubectl.sh brought, PATH. */
export function findKubectl(): string | undefined {
  return [
    process.env.ASSAY_KUBECTL ?? '',
    join(cache, 'kubectl-new/usr/bin/kubectl'),
    ...(process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, 'kubectl')),
  ].find((path) => path !== '' && existsSync(path));
}

export const noKubectl = 'no kubectl: run scripts/fetch-kubectl.sh or set ASSAY_KUBECTL';

/** kubectl, configured by a file. */
export class Kubectl {
  readonly #program: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(program: string, kubeconfig: string, home: string) {
    this.#program = program;
    this.#environment = { PATH: process.env.PATH, HOME: home, KUBECONFIG: kubeconfig };
  }

  start(args: readonly string[], input = ''): RunningCommand {
    const child = spawn(this.#program, args, { env: this.#environment });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    return new RunningCommand(child);
  }

  async outcome(args: readonly string[], input?: string): Promise<Outcome> {
    return this.start(args, input).outcome;
  }

  /** What one that has to do well prints; its arguments in one string. */
  async run(args: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.outcome(args.split(' '), input);
    if (code !== 0) throw new Error(`kubectl ${args} ended with ${code}: ${stderr}`);
    return stdout;
  }
}
