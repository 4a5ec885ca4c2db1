import type { ResourceDescriptor } from '../statement/statement.ts';

/** The source that an artifact is expected to be built from. */
export interface ExpectedSource {
  sourceUri?: string;
  /** Full hash, sha1 or sha256. */
  sourceCommit?: string;
}

/**
 * The spelling that two names of one git repository have in common: without `git+`, `.git`, a final slash, a
 * revision after `@`, and with the host in lower case.
 */
export function normaliseGitUri(uri: string): string {
  let text = uri.trim().replace(/^git\+/, '');
  // A revision is appended to the path; an `@` before it belongs to user information.
  const path = text.indexOf('/', text.indexOf('://') === -1 ? 0 : text.indexOf('://') + 3);
  const at = text.indexOf('@', path === -1 ? 0 : path);
  if (at !== -1) text = text.slice(0, at);
  text = text.replace(/\/+$/, '').replace(/\.git$/, '');
  return text.replace(
    /^([a-z][a-z0-9+.-]*:\/\/)([^/]+)/i,
    (_, scheme: string, host: string) => scheme.toLowerCase() + host.toLowerCase(),
  );
}

/** The dependencies that are the expected source: the repository, at the commit when one is given. */
export function matchingSources(
  dependencies: readonly ResourceDescriptor[],
  expected: ExpectedSource,
): ResourceDescriptor[] {
  const uri = expected.sourceUri === undefined ? undefined : normaliseGitUri(expected.sourceUri);
  const commit = expected.sourceCommit?.toLowerCase();
  return dependencies.filter((dependency) => {
    if (typeof dependency.uri !== 'string') return false;
    if (uri !== undefined && normaliseGitUri(dependency.uri) !== uri) return false;
    if (uri === undefined && !dependency.uri.startsWith('git+')) return false;
    if (commit === undefined) return true;
    const { sha1, sha256, gitCommit } = dependency.digest ?? {};
    return [sha1, sha256, gitCommit].includes(commit);
  });
}

/** Dependencies that come from git, as `uri@commit`, for a message that says what was found instead. */
export function describeGitSources(dependencies: readonly ResourceDescriptor[]): string[] {
  return dependencies
    .filter((dependency) => dependency.uri?.startsWith('git+'))
    .map((dependency) => `${dependency.uri}@${Object.values(dependency.digest ?? {})[0] ?? '?'}`);
}
