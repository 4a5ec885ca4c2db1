import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Repository } from './create-repository.ts';
import { checkRepositoryName } from './repository-name.ts';
import { runGit } from './run-git.ts';

export interface PublishWorkingTreeOptions {
  /** Directory that holds the bare repositories. */
  root: string;
  name: string;
  /** The top of a git working tree; nothing in it or in its repository is changed. */
  directory: string;
  /** The branch that shall point to the state of the files. @default 'main' */
  branch?: string;
}

export interface PublishedTree extends Repository {
  /** Whether the files differ from the working tree's own commit, so that `commit` is one made for them. */
  uncommitted: boolean;
}

/**
 * Makes a bare repository with a working tree's history and its files as they are now: its own commit when nothing is
 * changed, else one on top of it with the changed and the new files, without those that git ignores. The same state
 * gives the same commit.
 * @throws SourceError `InvalidName`, `GitMissing`, `GitFailed`
 */
export async function publishWorkingTree(options: PublishWorkingTreeOptions): Promise<PublishedTree> {
  const { branch = 'main' } = options;
  checkRepositoryName(options.name);
  const directory = resolve(options.directory);
  const path = join(resolve(options.root), `${options.name}.git`);
  await mkdir(options.root, { recursive: true });
  await runGit(['clone', '--quiet', '--bare', '--template=', '--', directory, path]);
  await runGit(['--git-dir', path, 'config', 'uploadpack.allowAnySHA1InWant', 'true']);
  const head = await runGit(['-C', directory, 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}']).catch(
    () => undefined,
  );
  const tree = await writeTree(path, directory, head);
  const isSame =
    head !== undefined && tree === (await runGit(['--git-dir', path, 'rev-parse', `${head}^{tree}`]));
  const commit = isSame ? head : await commitTree(path, tree, head);
  await runGit(['--git-dir', path, 'update-ref', `refs/heads/${branch}`, commit]);
  await runGit(['--git-dir', path, 'symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  return { path, commit, uncommitted: !isSame };
}

/** The files as a tree in the bare repository, by an index of our own: the working tree's is its owner's. */
async function writeTree(repository: string, directory: string, head: string | undefined): Promise<string> {
  const scratch = await mkdtemp(join(repository, 'index-'));
  try {
    const ignored = await runGit(['-C', directory, 'rev-parse', '--git-path', 'info/exclude']);
    const place = {
      GIT_DIR: repository,
      GIT_WORK_TREE: directory,
      GIT_INDEX_FILE: join(scratch, 'index'),
    };
    if (head !== undefined) await runGit(['-C', directory, 'read-tree', head], place);
    const settings = [
      'core.autocrlf=false',
      'core.bare=false',
      `core.excludesFile=${resolve(directory, ignored)}`,
    ];
    await runGit(['-C', directory, ...settings.flatMap((one) => ['-c', one]), 'add', '--all', '.'], place);
    return await runGit(['-C', directory, 'write-tree'], place);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A second after its parent, so that the same files on the same commit are the same commit again. */
async function commitTree(repository: string, tree: string, head: string | undefined): Promise<string> {
  const git = ['--git-dir', repository];
  const parentDate = head && Number(await runGit([...git, 'show', '-s', '--format=%ct', head]));
  const date = `${parentDate ? parentDate + 1 : 1_735_689_600} +0000`;
  return runGit([...git, 'commit-tree', tree, ...(head ? ['-p', head] : []), '-m', 'Uncommitted changes'], {
    GIT_AUTHOR_NAME: 'Assay',
    GIT_AUTHOR_EMAIL: 'assay@localhost',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: 'Assay',
    GIT_COMMITTER_EMAIL: 'assay@localhost',
    GIT_COMMITTER_DATE: date,
  });
}
