import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkRepositoryName } from './repository-name.ts';
import { runGit } from './run-git.ts';

export interface CommitIdentity {
  /** @default 'Assay' */
  name?: string;
  /** @default 'assay@localhost' */
  email?: string;
  /** Seconds since 1970. @default 1735689600, which is 2025-01-01T00:00:00Z */
  date?: number;
}

export interface CreateRepositoryOptions {
  /** Directory that holds the bare repositories. */
  root: string;
  name: string;
  /** The working files; a `.git` in it is left out. */
  files: string;
  author?: CommitIdentity;
  /** @default 'Import' */
  message?: string;
  /** @default 'main' */
  branch?: string;
}

export interface Repository {
  /** The bare repository, `<root>/<name>.git`. */
  path: string;
  /** Commit id the branch points to. */
  commit: string;
}

/**
 * Turns a directory into a bare repository of one commit. The commit id depends on names, contents, executable
 * bits and the options alone. Done again with the same files it changes nothing; with other files, or after
 * `commitChange`, the branch points to the new single commit.
 *
 * @throws SourceError `InvalidName`, `GitMissing`, `GitFailed`.
 */
export async function createRepository(options: CreateRepositoryOptions): Promise<Repository> {
  const { branch = 'main', message = 'Import' } = options;
  const path = await openBareRepository(options.root, options.name, branch);
  const commit = await commitFiles(path, options.files, { parents: [], message, author: options.author });
  await runGit(['--git-dir', path, 'update-ref', `refs/heads/${branch}`, commit]);
  return { path, commit };
}

export interface CommitChangeOptions {
  root: string;
  name: string;
  /** The whole new state of the working files. */
  files: string;
  message: string;
  author?: CommitIdentity;
  /** @default 'main' */
  branch?: string;
}

/**
 * Puts a new state of the files on top of a branch of a repository that exists.
 *
 * @throws SourceError `InvalidName`, `GitMissing`; `GitFailed` also when repository or branch do not exist.
 */
export async function commitChange(options: CommitChangeOptions): Promise<Repository> {
  checkRepositoryName(options.name);
  const { branch = 'main', message } = options;
  const path = repositoryPath(options.root, options.name);
  const parent = await runGit(['--git-dir', path, 'rev-parse', '--verify', `refs/heads/${branch}`]);
  const commit = await commitFiles(path, options.files, {
    parents: [parent],
    message,
    author: options.author,
  });
  await runGit(['--git-dir', path, 'update-ref', `refs/heads/${branch}`, commit, parent]);
  return { path, commit };
}

function repositoryPath(root: string, name: string): string {
  return join(resolve(root), `${name}.git`);
}

/** Made aside and renamed, so that nobody finds half a repository. */
async function openBareRepository(root: string, name: string, branch: string): Promise<string> {
  checkRepositoryName(name);
  const path = repositoryPath(root, name);
  if (await stat(path).catch(() => undefined)) return path;
  await mkdir(root, { recursive: true });
  const scratch = await mkdtemp(join(resolve(root), '.new-'));
  try {
    await runGit(['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, scratch]);
    await runGit(['--git-dir', scratch, 'config', 'uploadpack.allowAnySHA1InWant', 'true']);
    await rename(scratch, path);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return path;
}

async function commitFiles(
  repository: string,
  files: string,
  commit: { parents: string[]; message: string; author: CommitIdentity | undefined },
): Promise<string> {
  const scratch = await mkdtemp(join(repository, 'index-'));
  try {
    // An index of our own: the tree is what the directory holds, whatever was committed before.
    const place = {
      GIT_DIR: repository,
      GIT_WORK_TREE: resolve(files),
      GIT_INDEX_FILE: join(scratch, 'index'),
    };
    await runGit(
      ['-c', 'core.autocrlf=false', '-c', 'core.bare=false', 'add', '--all', '--force', '.'],
      place,
    );
    const tree = await runGit(['write-tree'], place);
    const parents = commit.parents.flatMap((parent) => ['-p', parent]);
    return await runGit(['commit-tree', tree, ...parents, '-m', commit.message], {
      ...place,
      ...identityEnvironment(commit.author ?? {}),
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function identityEnvironment(author: CommitIdentity): Record<string, string> {
  const { name = 'Assay', email = 'assay@localhost', date = 1_735_689_600 } = author;
  const when = `${date} +0000`;
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: when,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: when,
  };
}
