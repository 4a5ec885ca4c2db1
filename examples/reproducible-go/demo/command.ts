import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { styleText } from 'node:util';

/** The repository. */
export const root = resolve(import.meta.dirname, '../../..');
const colour =
  process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb' && !process.env.CI;
export const bold = (text: string): string => (colour ? styleText('bold', text) : text);
export const dim = (text: string): string => (colour ? styleText('dim', text) : text);

/** How a command ended, and what it said. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `assay`; what it prints goes to the terminal too, unless it is data. */
export function assay(args: string[], { quiet = false, data = false } = {}): Promise<Outcome> {
  if (!quiet) console.log(dim(`$ assay ${args.map((arg) => arg.replace(`${root}/`, '')).join(' ')}`));
  const child = spawn(resolve(root, 'bin/assay'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const outcome: Outcome = { code: 0, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    outcome.stdout += chunk;
    if (!quiet && !data) process.stdout.write(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    outcome.stderr += chunk;
    if (!quiet) process.stdout.write(chunk);
  });
  return new Promise((done) => child.on('close', (code) => done({ ...outcome, code: code ?? 1 })));
}

/** `assay`, and an error when it does not exit with 0. */
export async function must(args: string[], options?: { quiet?: boolean; data?: boolean }): Promise<Outcome> {
  const outcome = await assay(args, options);
  if (outcome.code === 0) return outcome;
  if (options?.quiet) process.stderr.write(outcome.stderr);
  throw new Error(`assay ${args[0]} exited with code ${outcome.code}`);
}
