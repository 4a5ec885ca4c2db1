import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FormatOptions, formatModule, formatProblems, RegoError, sameMeaning } from '@assay/rego';
import { lineDiff } from './line-diff.ts';
import { readText } from './load-paths.ts';
import { OpaFailure, printProblems, withOpaErrors } from './opa-error.ts';

export interface FmtFlags {
  write?: boolean;
  list?: boolean;
  diff?: boolean;
  fail?: boolean;
  v0V1?: boolean;
  v0Compatible?: boolean;
  v1Compatible?: boolean;
  checkResult: boolean;
  dropV0Imports?: boolean;
}

/** `opa fmt`: formats standard input, or the `.rego` files named and those in directories. */
export function fmtCommand(paths: string[], flags: FmtFlags): Promise<void> {
  return withOpaErrors(1, () => {
    if (paths.length === 0) {
      process.stdout.write(formatted(readText('-'), 'stdin', flags));
      return 0;
    }
    for (const path of paths) for (const file of regoFiles(path)) formatFile(file, flags);
    return 0;
  });
}

function* regoFiles(path: string): Generator<string> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new OpaFailure(`lstat ${path}: no such file or directory`);
  if (stat.isDirectory()) {
    for (const name of readdirSync(path).sort()) yield* regoFiles(join(path, name));
  } else if (path.endsWith('.rego')) {
    yield path;
  }
}

function formatFile(file: string, flags: FmtFlags): void {
  const source = readFileSync(file, 'utf8');
  let output: string;
  try {
    output = formatted(source, file, flags);
  } catch (error) {
    if (!(error instanceof RegoError)) throw error;
    process.stderr.write('failed to format Rego source file: ');
    printProblems(error.errors);
    throw new OpaFailure(`${file} was left as it is`, 2, { cause: error });
  }
  const changed = source !== output;
  if (flags.list && changed) process.stdout.write(`${file}\n`);
  else if (flags.diff && changed) process.stdout.write(lineDiff(source, output, file));
  if (changed && flags.fail) throw new OpaFailure('unexpected diff', 2);
  if (flags.list || flags.diff) return;
  if (!flags.write) process.stdout.write(output);
  else if (changed) writeFileSync(file, output);
}

function formatted(source: string, file: string, flags: FmtFlags): string {
  const options: FormatOptions = {
    file,
    from: flags.v0Compatible || (flags.v0V1 && !flags.v1Compatible) ? 'v0' : 'v1',
    to: flags.v0V1 ? 'v0v1' : flags.v0Compatible ? 'v0' : 'v1',
    ...(flags.dropV0Imports ? { dropV0Imports: true } : {}),
  };
  const output = formatModule(source, options);
  if (flags.checkResult) checkResult(source, output, file, options);
  return output;
}

/** A formatter that changes what a policy means would be worse than none. */
function checkResult(source: string, output: string, file: string, options: FormatOptions): void {
  const turnOff = 'To inspect the formatted Rego, you can turn off this check with --no-check-result.';
  let problem = 'it does not mean the same';
  try {
    if (sameMeaning(source, output, options)) return;
  } catch (error) {
    if (!(error instanceof RegoError)) throw error;
    problem = formatProblems(error.errors);
  }
  throw new OpaFailure(
    `${file} was successfully formatted, but the result is invalid: ${problem}\n\n${turnOff}`,
    2,
  );
}
