import { readFile } from 'node:fs/promises';
import { type LibraryDefinition, listDefinitions } from './definitions.ts';
import { LibraryError } from './error.ts';

export type LibraryTask = LibraryDefinition;

/** The tasks of the library, sorted by name and version. */
export async function listTasks(): Promise<LibraryTask[]> {
  return listDefinitions('tasks');
}

/** The pipelines of the library, sorted by name and version. */
export async function listPipelines(): Promise<LibraryDefinition[]> {
  return listDefinitions('pipelines');
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
