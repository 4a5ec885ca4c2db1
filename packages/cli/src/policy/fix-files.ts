import { readFileSync, writeFileSync } from 'node:fs';
import { applyTaskChanges, type ComponentReport } from '@assay/policy';
import { CliError } from '../error.ts';
import { printable, styleFor } from '../terminal/style.ts';
import { changesOf } from './print-explanations.ts';

/**
 * Writes the task references that violations ask for into pipeline files, and tells of each change on standard error.
 * @throws CliError Usage for a file that cannot be read; PolicyError InvalidInput
 */
export function fixFiles(files: readonly string[], components: readonly ComponentReport[]): void {
  const style = styleFor(process.stderr);
  const changes = changesOf(components);
  const made = new Set<unknown>();
  for (const file of files) {
    const { text, applied } = applyTaskChanges(read(file), changes, file);
    if (applied.length > 0) writeFileSync(file, text);
    for (const change of applied) {
      made.add(change);
      process.stderr.write(
        `${style('green', '✔')} ${printable(`${file}: ${change.from} is now ${change.to}`)}\n`,
      );
    }
  }
  for (const change of changes.filter((one) => !made.has(one))) {
    process.stderr.write(
      `${style('yellow', 'warning:')} ${printable(`${change.from} stands in none of the files; it would be ${change.to}`)}\n`,
    );
  }
  if (changes.length === 0) process.stderr.write('no task reference has to change\n');
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError('Usage', `--fix: cannot read ${file}`, { cause });
  }
}
