import type { Client } from '@assay/kube';
import type { NetworkPolicy } from '../network-policy.ts';
import { checkHost } from '../network-policy.ts';
import type { RemoteResolver } from '../remote.ts';
import { secretValue } from '../secrets.ts';
import { fetchGitFile } from './fetch-file.ts';
import type { GitSettings } from './params.ts';
import { gitRequest } from './params.ts';

export interface GitResolverOptions extends GitSettings {
  /** For the secrets that `gitToken` and `token` name. */
  client?: Client;
  network?: NetworkPolicy;
  /** Of the file. @default 1 MiB */
  maxBytes?: number;
  /** Of what is fetched. @default 1 GiB */
  maxPackBytes?: number;
}

const annotation = (name: string) => `resolution.tekton.dev/${name}`;

/**
 * Takes definitions from git repositories; whatever the revision, `refSource` has the commit.
 * @see https://tekton.dev/docs/pipelines/git-resolver/
 */
export function gitResolver(options: GitResolverOptions = {}): RemoteResolver {
  const { network = {}, maxBytes = 1024 * 1024, maxPackBytes = 1024 ** 3 } = options;
  return {
    name: 'git',
    isImmutable: (params) => /^[0-9a-f]{40}$/.test(params.get('revision') ?? ''),
    fetch: async (params, { namespace, signal }) => {
      const request = gitRequest(params, options);
      const host = addressOf(request.url);
      if (host !== undefined) await checkHost(host, network);
      const { token } = request;
      const { content, commit } = await fetchGitFile(request, {
        maxBytes,
        maxPackBytes,
        signal,
        allowLocal: options.allowLocal === true,
        token: token && (await secretValue(options.client, namespace, token.secret, token.key)),
      });
      const { url, path, org, repo } = request;
      const annotations: Record<string, string> = {
        [annotation('revision')]: commit,
        [annotation('path')]: path,
        [annotation('url')]: url,
        [annotation('content-type')]: 'application/x-yaml',
      };
      if (org !== undefined) annotations[annotation('org')] = org;
      if (repo !== undefined) annotations[annotation('repo')] = repo;
      return {
        data: content,
        refSource: { uri: `git+${url}`, digest: { sha1: commit }, entryPoint: path },
        annotations,
      };
    },
  };
}

/** The URL of a repository, whose short form for ssh is none. */
function addressOf(url: string): URL | undefined {
  const short = /^[^@/]+@([^:/]+):/.exec(url)?.[1];
  const text = short === undefined ? url : `ssh://${short}/`;
  return URL.canParse(text) && !text.startsWith('file:') ? new URL(text) : undefined;
}
