import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LibraryError } from './error.ts';

const tasksDirectory = join(import.meta.dirname, '../tasks');

export interface LibraryTask {
  name: string;
  version: string;
  /** Absolute path of the Task's YAML. */
  path: string;
  /** Absolute path of its README. */
  readme: string;
}

/** The tasks of the library, in Konflux's layout `tasks/<name>/<version>/<name>.yaml`, sorted by name and version. */
export async function listTasks(): Promise<LibraryTask[]> {
  const tasks: LibraryTask[] = [];
  for (const name of (await readdir(tasksDirectory)).sort()) {
    const versions = await readdir(join(tasksDirectory, name));
    for (const version of versions.sort(compareVersions)) tasks.push(describeTask(name, version));
  }
  return tasks;
}

/**
 * One task of the library, and its YAML as text.
 *
 * @param version such as `0.1`; the newest when left out.
 * @throws LibraryError `TaskUnknown`
 */
export async function taskFile(name: string, version?: string): Promise<LibraryTask & { text: string }> {
  const own = (await listTasks()).filter((task) => task.name === name);
  const found = version === undefined ? own.at(-1) : own.find((task) => task.version === version);
  if (found === undefined) {
    const known = own.map((task) => task.version).join(', ');
    throw new LibraryError('TaskUnknown', `the library has no task ${name}${version ? ` ${version}` : ''}`, {
      hint: known ? `it has ${name} in version ${known}` : 'the folder library/tasks lists what there is',
    });
  }
  return { ...found, text: await readFile(found.path, 'utf8') };
}

function describeTask(name: string, version: string): LibraryTask {
  const directory = join(tasksDirectory, name, version);
  return { name, version, path: join(directory, `${name}.yaml`), readme: join(directory, 'README.md') };
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
