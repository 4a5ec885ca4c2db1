import { readFileSync } from 'node:fs';
import type { KubeObject } from '@assay/kube';
import {
  type Manifest,
  type ManifestProblem,
  readManifest,
  setDefaults,
  unsupportedFeatures,
  validateObject,
} from '@assay/tekton';
import { CliError } from '../error.ts';

/** The objects of a file, defaulted and valid. */
export interface LoadedManifest {
  objects: KubeObject[];
  manifest: Manifest;
}

/**
 * Reads a file, or standard input for `-`. Untrusted text enters here.
 * @throws CliError InvalidManifest for the first thing that is wrong, with its place; the others are counted
 */
export async function loadManifest(file: string): Promise<LoadedManifest> {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CliError('Usage', `cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`, {
      hint: 'give -f a YAML file, or - for standard input',
      cause: error,
    });
  }
  const manifest = await readManifest(text, file === '-' ? 'standard input' : file);
  refuse(manifest.problems);
  const objects = manifest.objects.map((object) => setDefaults(object));
  refuse(objects.flatMap((object, index) => manifest.problemsOf(index, validateObject(object))));
  refuse(objects.flatMap((object, index) => manifest.problemsOf(index, unsupportedFeatures(object))));
  return { objects, manifest };
}

function refuse(problems: readonly ManifestProblem[]): void {
  const [first, ...others] = problems;
  if (!first) return;
  const more = others.map(
    ({ file, line, column, message }) => `\n  also ${file}:${line}:${column}: ${message}`,
  );
  throw new CliError('InvalidManifest', first.message + more.slice(0, 9).join(''), {
    place: `${first.file}:${first.line}:${first.column}`,
    excerpt: first.text,
    ...(first.hint !== undefined && { hint: first.hint }),
  });
}
