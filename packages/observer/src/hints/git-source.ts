import type { Param, ParamSpec, RunResult } from '@assay/tekton';
import type { Dependency } from '../dependencies/dependency.ts';
import { textOf } from './artifacts.ts';
import { ignoreWarnings, type Warn } from './warning.ts';

const urlName = 'CHAINS-GIT_URL';
const commitName = 'CHAINS-GIT_COMMIT';

/** Where the two halves of a git hint may stand; later places win, each half by itself. */
export interface GitHintPlaces {
  declared?: readonly ParamSpec[];
  params?: readonly Param[];
  results?: readonly RunResult[];
}

/**
 * The git source that a run names with `CHAINS-GIT_URL` and `CHAINS-GIT_COMMIT`. The commit is not checked, only
 * its length tells sha256 from sha1. A commit without URL, or the reverse, names nothing.
 */
export function gitSource(places: GitHintPlaces, warn: Warn = ignoreWarnings): Dependency | undefined {
  let url = '';
  let commit = '';
  const see = (name: string, value: unknown) => {
    if (name === urlName) url = textOf(value);
    else if (name === commitName) commit = textOf(value);
  };
  for (const { name, default: value } of places.declared ?? [])
    if (value !== undefined && value !== null) see(name, value);
  for (const { name, value } of places.params ?? []) see(name, value);
  for (const { name, value } of places.results ?? []) see(name, value);
  if (url === '' && commit === '') return undefined;
  if (url === '' || commit === '') {
    const missing = url === '' ? urlName : commitName;
    warn({ name: missing, message: 'is missing, so the other half of the git source is not used' });
    return undefined;
  }
  return { uri: gitUri(url), digest: { [/^[0-9a-f]{64}$/.test(commit) ? 'sha256' : 'sha1']: commit } };
}

/** SPDX's spelling of a git location: `git+` before, `.git` behind. */
export function gitUri(url: string): string {
  const prefixed = url.startsWith('git+') ? url : `git+${url}`;
  return prefixed.endsWith('.git') ? prefixed : `${prefixed}.git`;
}
