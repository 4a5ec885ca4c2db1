// Runs `assay opa` commands that another process sends, one after the other, each as a process of its own would.
import { CommanderError } from 'commander';
import { createProgram } from '../../program.ts';
import { printError } from '../../terminal/print-error.ts';

export interface OpaRequest {
  args: string[];
  cwd: string;
  env: Record<string, string>;
}

export interface OpaAnswer {
  code: number;
  stdout: string;
  stderr: string;
}

const written = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr'] as const) {
  process[name].write = (chunk: unknown): boolean => {
    written[name] += String(chunk);
    return true;
  };
}

process.on('message', async ({ args, cwd, env }: OpaRequest) => {
  written.stdout = '';
  written.stderr = '';
  process.exitCode = 0;
  process.chdir(cwd);
  Object.assign(process.env, env);
  try {
    const all = ['opa', ...args];
    await (await createProgram(all)).parseAsync(all, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else process.exitCode = printError(error);
  }
  for (const name of Object.keys(env)) delete process.env[name];
  process.send!({ code: Number(process.exitCode), ...written } satisfies OpaAnswer);
  process.exitCode = 0;
});
