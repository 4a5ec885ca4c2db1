import type { ResolverParams } from '../remote.ts';
import { resolutionFailed } from '../remote.ts';

export interface GitSettings {
  /** @default 'https://github.com/tektoncd/catalog.git' */
  defaultUrl?: string;
  /** @default 'main' */
  defaultRevision?: string;
  /** For `repo` without `org`. */
  defaultOrg?: string;
  /** Lets `url` be a path or a `file:` URL of this machine. Only for tests and one's own files. */
  allowLocal?: boolean;
}

export interface GitRequest {
  url: string;
  revision: string;
  path: string;
  /** The Secret whose key is the password to clone with. */
  token?: { secret: string; key: string };
  org?: string;
  repo?: string;
}

/** Where the forges are that Tekton reaches through an API of theirs. */
const forges: Readonly<Record<string, string>> = {
  github: 'https://github.com',
  gitlab: 'https://gitlab.com',
  gitea: 'https://gitea.com',
  bitbucketcloud: 'https://bitbucket.org',
};

const remoteUrl = /^([^@]+@[^:]+|(git|ssh|ftps?|https?):\/\/)/;

/**
 * The params of a git resolution with their defaults. `org` and `repo` name a repository of a forge; it is cloned like
 * any other instead of being read through the forge's API. Untrusted text enters here: nothing of it can become an
 * option of git, another protocol, or a path outside the repository.
 * @throws TektonError ResolutionFailed, in Tekton's words
 */
export function gitRequest(params: ResolverParams, settings: GitSettings): GitRequest {
  const url = params.get('url') ?? '';
  const repo = params.get('repo') ?? '';
  const revision = params.get('revision') ?? settings.defaultRevision ?? 'main';
  if (url !== '' && repo !== '') throw resolutionFailed("cannot specify both 'url' and 'repo'");
  const org = params.get('org') ?? settings.defaultOrg;
  if (repo !== '' && org === undefined) throw resolutionFailed("'org' is required when 'repo' is specified");
  if (!params.has('pathInRepo')) throw resolutionFailed('missing required git resolver params: pathInRepo');
  if (revision.startsWith('-')) {
    throw resolutionFailed(`invalid revision ${JSON.stringify(revision)}: must not begin with '-'`);
  }
  const path = (params.get('pathInRepo') ?? '').replace(/^\/+/, '');
  if (path.split(/[/\\]/).includes('..')) {
    throw resolutionFailed(`invalid path ${JSON.stringify(path)}: must not contain '..' components`);
  }
  const request = repo === '' ? plain(url, settings) : ofForge(params, org as string, repo);
  const token = tokenOf(params, repo === '' ? ['gitToken', 'gitTokenKey'] : ['token', 'tokenKey']);
  return { ...request, revision, path, ...(token && { token }) };
}

function plain(given: string, settings: GitSettings): Pick<GitRequest, 'url'> {
  const url = given || (settings.defaultUrl ?? 'https://github.com/tektoncd/catalog.git');
  const isLocal = url.startsWith('/') || url.startsWith('file://');
  if (url.startsWith('-') || (!remoteUrl.test(url) && !(isLocal && settings.allowLocal === true))) {
    throw resolutionFailed(`invalid git repository url: ${url}`, {
      hint: 'write https://HOST/PATH or USER@HOST:PATH; files of this machine are not read',
    });
  }
  return { url };
}

function ofForge(
  params: ResolverParams,
  org: string,
  repo: string,
): Pick<GitRequest, 'url' | 'org' | 'repo'> {
  const type = params.get('scmType') || 'github';
  const server = params.get('serverURL') || forges[type];
  if (server === undefined) {
    throw resolutionFailed(`failed to create SCM client: Unsupported $GIT_KIND value: ${type}`, {
      hint: 'give serverURL, or the repository itself with url',
    });
  }
  const url = `${server.replace(/\/+$/, '')}/${org}/${repo}.git`;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw resolutionFailed(`invalid git repository url: ${url}`);
  return { url, org, repo };
}

function tokenOf(params: ResolverParams, [name, key]: readonly [string, string]): GitRequest['token'] {
  const secret = params.get(name);
  return secret ? { secret, key: params.get(key) || 'token' } : undefined;
}
