import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { FileCollector } from './source-files.ts';
import { isPolicyOrData } from './source-files.ts';

/** Reads a file, or the policies and data below a directory. Hidden directories are passed over, links are not followed. */
export async function readLocal(path: string, collector: FileCollector): Promise<void> {
  if ((await stat(path)).isFile()) {
    collector.add(basename(path), await readFile(path));
    return;
  }
  for (const file of await filesBelow(path)) {
    collector.add(relative(path, file).split(sep).join('/'), await readFile(file));
  }
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith('.'))
      .map((entry) => {
        const path = join(directory, entry.name);
        if (entry.isDirectory()) return filesBelow(path);
        return entry.isFile() && isPolicyOrData(entry.name) ? [path] : [];
      }),
  );
  return found.flat().sort();
}
