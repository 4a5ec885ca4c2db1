import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A Task or Pipeline of the library. */
export interface LibraryDefinition {
  name: string;
  version: string;
  /** Absolute path of its YAML. */
  path: string;
  /** Absolute path of its README. */
  readme: string;
}

/** What is in a folder of Konflux's layout `<folder>/<name>/<version>/<name>.yaml`, sorted by name and version. */
export async function listDefinitions(folder: 'tasks' | 'pipelines'): Promise<LibraryDefinition[]> {
  const definitions: LibraryDefinition[] = [];
  for (const name of (await readdir(join(root, folder))).sort()) {
    const versions = await readdir(join(root, folder, name));
    for (const version of versions.sort(compareVersions)) {
      const directory = join(root, folder, name, version);
      definitions.push({
        ...{ name, version },
        path: join(directory, `${name}.yaml`),
        readme: join(directory, 'README.md'),
      });
    }
  }
  return definitions;
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** The policies of the library, by path; tests are left out. */
export function policyFiles(): Promise<Record<string, Uint8Array>> {
  return filesOf((name) => name.endsWith('.rego') && !name.endsWith('_test.rego'));
}

/** The rule data that comes with the policies, by path. */
export function policyData(): Promise<Record<string, Uint8Array>> {
  return filesOf((name) => /^data\/.*\.(ya?ml|json)$/.test(name));
}

async function filesOf(isMeant: (name: string) => boolean): Promise<Record<string, Uint8Array>> {
  const policies = join(root, 'policies');
  const files: Record<string, Uint8Array> = {};
  for (const entry of await readdir(policies, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(policies, path);
    if (entry.isFile() && isMeant(name)) files[name] = await readFile(path);
  }
  return files;
}
