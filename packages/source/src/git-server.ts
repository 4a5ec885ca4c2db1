import { type ChildProcess, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readCgiHead } from './cgi-head.ts';
import { isRepositoryName } from './repository-name.ts';
import { isolatedGitEnvironment } from './run-git.ts';

export interface GitServerOptions {
  /** Directory with the bare repositories, each `<name>.git`. */
  root: string;
  /** Path before the repository's name, as clients see it. @default '/git' */
  prefix?: string;
  /** Requests served at once; more are answered 503. @default 32 */
  maxConcurrent?: number;
  /** Largest request body in bytes, as it comes over the wire. @default 10 MiB */
  maxRequestBytes?: number;
  /** A request that takes longer is ended. @default 600000 (ten minutes) */
  timeoutMs?: number;
}

export interface GitServer {
  /**
   * Answers requests below the prefix; for any other returns false and leaves the response alone. A handler of
   * Node's http server; mount it before anything that reads the body.
   */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Ends the git processes that still run. */
  close(): void;
}

/** The four requests of git's smart HTTP protocol, of which the two for pushing are missing on purpose. */
const routes = [
  { method: 'GET', path: '/info/refs', query: 'service=git-upload-pack' },
  { method: 'POST', path: '/git-upload-pack', query: '' },
];

/**
 * Serves repositories read-only over git's smart HTTP protocol (https://git-scm.com/docs/http-protocol), through
 * git's own `http-backend`. What a client sends is untrusted: only a repository name of one plain component and the
 * two reading requests get as far as git.
 */
export function createGitServer(options: GitServerOptions): GitServer {
  const { prefix = '/git', maxConcurrent = 32, maxRequestBytes = 10 << 20, timeoutMs = 600_000 } = options;
  const root = resolve(options.root);
  const running = new Set<ChildProcess>();

  const serve = async (request: IncomingMessage, response: ServerResponse, path: string, query: string) => {
    const found = /^\/([^/]+?)(?:\.git)?(\/.*)$/.exec(path);
    const name = found?.[1] ?? '';
    if (found === null || !isRepositoryName(name)) return refuse(response, 404, 'no such repository');
    const rest = found[2]!;
    if (query === 'service=git-receive-pack' || rest === '/git-receive-pack') {
      return refuse(response, 403, 'this server is read-only');
    }
    const route = routes.find((candidate) => candidate.path === rest && candidate.query === query);
    if (route === undefined) return refuse(response, 404, 'only git clone and fetch are served here');
    if (request.method !== route.method) return refuse(response, 405, `use ${route.method}`);
    if (!(await stat(join(root, `${name}.git`)).catch(() => undefined))?.isDirectory()) {
      return refuse(response, 404, `no repository ${name}`);
    }
    if (Number(request.headers['content-length'] ?? 0) > maxRequestBytes) {
      return refuse(response, 413, `a request holds at most ${maxRequestBytes} bytes`);
    }
    if (running.size >= maxConcurrent) return refuse(response, 503, 'too many requests at once');
    const child = spawn('git', ['http-backend'], {
      env: backendEnvironment(request, root, `/${name}.git${rest}`, query),
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    running.add(child);
    child.once('close', () => running.delete(child));
    response.once('close', () => child.kill('SIGKILL'));
    const failed = new Promise<never>((_resolve, reject) => child.once('error', reject));
    const body = pipeline(request, limitBytes(maxRequestBytes), child.stdin).catch(() =>
      child.kill('SIGKILL'),
    );
    await Promise.race([answer(child, response), failed]);
    await body;
  };

  return {
    handle(request, response) {
      const [path = '', query = ''] = (request.url ?? '').split('?', 2);
      if (!path.startsWith(`${prefix}/`)) return false;
      serve(request, response, path.slice(prefix.length), query).catch(() => {
        if (response.headersSent) response.destroy();
        else refuse(response, 500, 'git could not answer');
      });
      return true;
    },
    close() {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

async function answer(child: ChildProcess, response: ServerResponse): Promise<void> {
  const output = child.stdout!;
  const head = await readCgiHead(output);
  response.writeHead(head.status, head.headers);
  await pipeline(output, response);
}

/** The variables of RFC 3875 that http-backend reads. */
function backendEnvironment(request: IncomingMessage, root: string, path: string, query: string) {
  const text = (name: string) => String(request.headers[name] ?? '');
  return {
    ...isolatedGitEnvironment,
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_PROTOCOL: text('git-protocol').replace(/[^a-z0-9=:.-]/g, ''),
    PATH_INFO: path,
    QUERY_STRING: query,
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: text('content-type'),
    HTTP_CONTENT_ENCODING: text('content-encoding'),
    REMOTE_ADDR: request.socket.remoteAddress ?? '',
    // The directories may belong to another user than the one who serves them.
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    GIT_CONFIG_KEY_1: 'http.receivepack',
    GIT_CONFIG_VALUE_1: 'false',
    ...(request.headers['content-length'] && { CONTENT_LENGTH: text('content-length') }),
  };
}

function limitBytes(limit: number) {
  return async function* (source: AsyncIterable<Buffer>) {
    let seen = 0;
    for await (const chunk of source) {
      seen += chunk.length;
      if (seen > limit) throw new RangeError(`the request is larger than ${limit} bytes`);
      yield chunk;
    }
  };
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
