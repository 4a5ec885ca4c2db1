import { readFileSync } from 'node:fs';
import type { KubeObject } from '@assay/kube';
import {
  type ManifestProblem,
  type Place,
  readManifest,
  setDefaults,
  strictWarnings,
  unsupportedFeatures,
  type ValidationOptions,
  validateObject,
} from '@assay/tekton';
import { CliError } from '../error.ts';
import { switchHint } from '../factory/tekton-config.ts';

/** An object of a file, defaulted and valid. */
export interface LoadedObject {
  object: KubeObject;
  /** Where a path such as `spec.params` of it stands. */
  locate(path: string): Place & { file: string };
  /** What would be different on a cluster, with its place. */
  strictWarnings(): ManifestProblem[];
}

/**
 * The objects of files, in order; `-` is standard input. Untrusted text enters here.
 * @param options what the factory accepts, and what it fills in
 * @throws CliError InvalidManifest for the first thing that is wrong, with its place, and the others after it
 */
export async function loadManifests(
  files: readonly string[],
  options: ValidationOptions,
): Promise<LoadedObject[]> {
  const loaded = await Promise.all(files.map((file) => loadManifest(file, options)));
  return loaded.flat();
}

async function loadManifest(file: string, options: ValidationOptions): Promise<LoadedObject[]> {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CliError('Usage', `cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`, {
      hint: 'give -f a YAML file, or - for standard input',
      cause: error,
    });
  }
  return loadManifestText(text, file === '-' ? 'standard input' : file, options);
}

/** `loadManifests` of one file's text. */
export async function loadManifestText(
  text: string,
  file: string,
  options: ValidationOptions,
): Promise<LoadedObject[]> {
  const manifest = await readManifest(text, file);
  refuse(manifest.problems);
  const objects = manifest.objects.map((object) => setDefaults(object, options.defaults));
  refuse(objects.flatMap((object, index) => manifest.problemsOf(index, unsupportedFeatures(object))));
  refuse(objects.flatMap((object, index) => manifest.problemsOf(index, validateObject(object, options))));
  return objects.map((object, index) => ({
    object,
    locate: (path) => ({ file: manifest.file, ...manifest.locate(index, path) }),
    strictWarnings: () => manifest.problemsOf(index, strictWarnings(object)),
  }));
}

function refuse(problems: readonly ManifestProblem[]): void {
  const [first, ...others] = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  if (!first) return;
  const more = others.map(
    ({ file, line, column, message }) => `\n  also ${file}:${line}:${column}: ${message}`,
  );
  throw new CliError('InvalidManifest', first.message + more.slice(0, 9).join(''), {
    place: `${first.file}:${first.line}:${first.column}`,
    excerpt: first.text,
    hint: first.hint ?? switchHint(first.message) ?? 'correct it and run the file again; nothing was created',
  });
}
