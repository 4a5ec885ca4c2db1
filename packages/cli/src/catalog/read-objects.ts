import { readFileSync } from 'node:fs';
import { type BundleObject, readBundleObjects } from '@assay/catalog';
import { CliError } from '../error.ts';
import { findFiles } from '../validate/find-files.ts';

/** The Tekton objects of files and directories. @throws CliError; CatalogError InvalidTask */
export function readObjects(paths: readonly string[]): BundleObject[] {
  const objects = findFiles(paths).flatMap(({ path }) =>
    readBundleObjects(readFileSync(path === '-' ? 0 : path, 'utf8'), path),
  );
  if (objects.length > 0) return objects;
  throw new CliError('Usage', `there is no Task, Pipeline or StepAction in ${paths.join(', ')}`, {
    hint: 'name the YAML file, or the directory that holds it',
  });
}
