import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import type { TektonError } from '../../error.ts';
import { resolutionFailed } from '../remote.ts';
import type { GitRequest } from './params.ts';

const run = promisify(execFile);

export interface GitFile {
  content: Buffer;
  /** The commit that the revision meant. */
  commit: string;
}

export interface FetchLimits {
  /** Of the file. */
  maxBytes: number;
  /** Of what git stores in one file while fetching. */
  maxPackBytes: number;
  signal: AbortSignal;
  allowLocal: boolean;
  /** Password for HTTP, of the user `git`. */
  token?: string | undefined;
}

/** What a repository, a user's configuration or the environment could otherwise make git do. */
const safe = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'credential.helper=',
  'protocol.ext.allow=never',
  'fetch.recurseSubmodules=false',
  'gc.auto=0',
  'maintenance.auto=false',
].flatMap((setting) => ['-c', setting]);

/**
 * Reads one file of one revision with the real git, at the depth of one commit, without a work tree: no filter, hook
 * or link of the repository takes effect. Everything the other side sends is untrusted.
 * @throws TektonError ResolutionFailed, in Tekton's words
 */
export async function fetchGitFile(request: GitRequest, limits: FetchLimits): Promise<GitFile> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-git-'));
  try {
    const git = gitIn(directory, limits);
    await git(['init', '--quiet', '--bare']).catch(failWith('init'));
    await git(['fetch', '--quiet', '--depth=1', '--no-tags', '--', request.url, request.revision]).catch(
      (error) => {
        throw fetchFailure(error);
      },
    );
    const commit = (await git(['rev-list', '-n1', 'FETCH_HEAD']).catch(failWith('rev-list')))
      .toString()
      .trim();
    return { commit, content: await readPath(git, commit, request.path, limits.maxBytes) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type Git = (args: readonly string[]) => Promise<Buffer>;

function gitIn(directory: string, { signal, allowLocal, token, maxBytes, maxPackBytes }: FetchLimits): Git {
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: directory,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oStrictHostKeyChecking=yes',
    GIT_ALLOW_PROTOCOL: `http:https:ssh:git:ftp:ftps${allowLocal ? ':file' : ''}`,
  };
  for (const name of [
    'SSH_AUTH_SOCK',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'SSL_CERT_FILE',
    'GIT_SSL_CAINFO',
  ])
    if (process.env[name] !== undefined) env[name] = process.env[name];
  const login: string[] = [];
  if (token !== undefined) {
    env.GIT_AUTH_HEADER = `Authorization: Basic ${Buffer.from(`git:${token}`).toString('base64')}`;
    login.push('--config-env', 'http.extraHeader=GIT_AUTH_HEADER');
  }
  // A file larger than the limit ends git, so that no repository fills the disk.
  const limited = 'ulimit -f "$0"; exec git "$@"';
  const blocks = String(Math.ceil(maxPackBytes / 512));
  return async (args) => {
    const { stdout } = await run('/bin/sh', ['-c', limited, blocks, ...safe, ...login, ...args], {
      cwd: directory,
      env,
      signal,
      killSignal: 'SIGKILL',
      encoding: 'buffer',
      maxBuffer: maxBytes + 65_536,
    });
    return stdout;
  };
}

interface GitFailure {
  stderr?: Buffer;
  code?: number | string;
}

function saidBy(error: unknown): { text: string; code: number | string } {
  const { stderr, code = 128 } = error as GitFailure;
  return { text: stderr?.toString().trim() ?? String(error), code };
}

function failWith(command: string): (error: unknown) => never {
  return (error) => {
    const { text, code } = saidBy(error);
    throw resolutionFailed(`git ${command} error: ${text}: exit status ${code}`, { cause: error });
  };
}

function fetchFailure(error: unknown): TektonError {
  const { text, code } = saidBy(error);
  const options = { cause: error };
  if (/could not read (Username|Password)|terminal prompts disabled|Authentication failed/.test(text)) {
    return resolutionFailed('error resolving repository: clone error: authentication required', {
      ...options,
      hint: 'name a Secret with gitToken and gitTokenKey',
    });
  }
  const isAboutRevision = /couldn't find remote ref|unadvertised object|not our ref|invalid refspec/.test(
    text,
  );
  const message = isAboutRevision
    ? `git fetch error: ${text}: exit status ${code}`
    : `error resolving repository: git clone error: ${text}: exit status ${code}`;
  return resolutionFailed(message, options);
}

const mostLinks = 8;

/** A file of a commit; links are followed as long as they stay in the repository. */
async function readPath(git: Git, commit: string, given: string, maxBytes: number): Promise<Buffer> {
  const failed = (detail: string) =>
    resolutionFailed(`error opening file ${JSON.stringify(given)}: ${detail}`);
  let path = posix.normalize(given);
  for (let links = 0; links <= mostLinks; links++) {
    const link = await firstLink(git, commit, path);
    if (link === undefined) {
      const object = `${commit}:${path}`;
      const type = await git(['cat-file', '-t', object]).catch(() => Buffer.from('missing'));
      if (type.toString().trim() === 'tree') throw failed(`read ${given}: is a directory`);
      if (type.toString().trim() !== 'blob') throw failed('file does not exist');
      const size = Number((await git(['cat-file', '-s', object])).toString());
      if (size > maxBytes) throw failed(`it has ${size} bytes, of which ${maxBytes} are allowed`);
      return git(['cat-file', 'blob', object]);
    }
    const target = (await git(['cat-file', 'blob', `${commit}:${link}`])).toString();
    const resolved = posix.join(posix.dirname(link), target, path.slice(link.length));
    if (posix.isAbsolute(target) || resolved.split('/').includes('..')) {
      throw failed(
        `path ${JSON.stringify(given)} attempts to escape the repository directory (possible path traversal attack)`,
      );
    }
    path = resolved;
  }
  throw failed('too many links');
}

/** The first part of a path that is a symbolic link. */
async function firstLink(git: Git, commit: string, path: string): Promise<string | undefined> {
  const parts = path.split('/');
  for (let count = 1; count <= parts.length; count++) {
    const own = parts.slice(0, count).join('/');
    const listed = await git(['ls-tree', '-z', commit, '--', `:(literal)${own}`]).catch(() =>
      Buffer.from(''),
    );
    if (listed.toString().startsWith('120000 ')) return own;
  }
  return undefined;
}
