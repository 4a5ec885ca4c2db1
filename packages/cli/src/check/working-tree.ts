import { basename, resolve } from 'node:path';
import { isRepositoryName, runGit } from '@assay/source';
import { CliError } from '../error.ts';

/** The git working tree that is checked. */
export interface WorkingTree {
  /** Its top directory. */
  directory: string;
  /** What is checked out, `main` where no branch is. */
  branch: string;
  /** Its name as a repository that the factory serves. */
  name: string;
  /** Where it came from. */
  origin?: { owner: string; repository: string };
}

/**
 * Looks at the working tree that a directory is in.
 * @throws CliError Usage where there is none
 */
export async function openWorkingTree(directory: string): Promise<WorkingTree> {
  const at = resolve(directory);
  const git = (...args: string[]) => runGit(['-C', at, ...args]);
  let top: string;
  try {
    top = await git('rev-parse', '--show-toplevel');
  } catch (error) {
    throw new CliError('Usage', `${directory} is in no git working tree`, {
      hint: 'name a directory of one, or make it one with git init',
      cause: error,
    });
  }
  const [branch, url] = await Promise.all([
    git('symbolic-ref', '--short', '--quiet', 'HEAD').catch(() => 'main'),
    git('config', '--get', 'remote.origin.url').catch(() => ''),
  ]);
  const origin = originOf(url);
  const name = origin?.repository ?? basename(top).toLowerCase();
  return {
    directory: top,
    branch,
    name: isRepositoryName(name) ? name : 'source',
    ...(origin && { origin }),
  };
}

/** Owner and name in a URL or in git's short form, lower-cased as Pipelines as Code has them. */
export function originOf(url: string): WorkingTree['origin'] {
  const [, owner, repository] = /([^/:]+)\/([^/:]+?)(?:\.git)?\/?$/.exec(url.toLowerCase()) ?? [];
  return owner && repository ? { owner, repository } : undefined;
}

/** The Secret that Pipelines as Code makes for a login to the repository. Here it is empty: nothing needs a login. */
export const gitAuthSecret = 'assay-check-git-auth';

/**
 * What Pipelines as Code's template variables say of a push of this tree.
 * @param url where the throw-away factory serves it
 */
export function pushVariables(
  tree: WorkingTree,
  place: { url: string; commit: string; registryHost: string; namespace: string },
): Record<string, string> {
  return {
    revision: place.commit,
    repo_url: place.url,
    source_url: place.url,
    repo_owner: tree.origin?.owner ?? 'local',
    repo_name: tree.origin?.repository ?? tree.name,
    source_branch: tree.branch,
    target_branch: tree.branch,
    target_namespace: place.namespace,
    sender: 'local',
    event: 'push',
    event_type: 'push',
    git_auth_secret: gitAuthSecret,
    git_tag: '',
    pull_request_number: '',
    pull_request_labels: '',
    trigger_comment: '',
    registry: place.registryHost,
  };
}
