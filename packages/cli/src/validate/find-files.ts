import type { Dirent } from 'node:fs';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../error.ts';

/** A file to check. */
export interface FoundFile {
  path: string;
  /** True for one that was named, not found in a directory: it has to hold objects. */
  named: boolean;
}

const manifests = /\.(ya?ml|json)$/;
const passedOver = new Set(['.git', 'node_modules']);

/**
 * The files that arguments mean, each once, in order: files as they are named (`-` is standard input), directories with
 * all `*.yaml`, `*.yml` and `*.json` below them, by name. Links to directories are not followed.
 * @throws CliError Usage for what is not there
 */
export function findFiles(paths: readonly string[]): FoundFile[] {
  const found = new Map<string, FoundFile>();
  for (const path of paths) {
    if (path !== '-' && isDirectory(path)) {
      for (const file of below(path)) if (!found.has(file)) found.set(file, { path: file, named: false });
    } else found.set(path, { path, named: true });
  }
  return [...found.values()];
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new CliError('Usage', `cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`, {
      hint: 'give YAML files or directories, or - for standard input',
      cause: error,
    });
  }
}

function* below(directory: string): Generator<string> {
  const order = (a: Dirent, b: Dirent) => (a.name < b.name ? -1 : 1);
  for (const entry of readdirSync(directory, { withFileTypes: true }).sort(order)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && !passedOver.has(entry.name)) yield* below(path);
    else if (manifests.test(entry.name) && (entry.isFile() || isLinkedFile(path, entry))) yield path;
  }
}

function isLinkedFile(path: string, entry: Dirent): boolean {
  return entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
