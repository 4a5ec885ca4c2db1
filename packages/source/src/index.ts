export {
  type CommitChangeOptions,
  type CommitIdentity,
  type CreateRepositoryOptions,
  commitChange,
  createRepository,
  type Repository,
} from './create-repository.ts';
export { SourceError, type SourceErrorCode, sourceErrorCodes } from './error.ts';
export { createGitServer, type GitServer, type GitServerOptions } from './git-server.ts';
export {
  type PublishedTree,
  type PublishWorkingTreeOptions,
  publishWorkingTree,
} from './publish-working-tree.ts';
export { isRepositoryName } from './repository-name.ts';
export { isolatedGitEnvironment, runGit } from './run-git.ts';
