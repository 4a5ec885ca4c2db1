import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { OciError } from '../error.ts';

/** What to show a registry: user and password, or the refresh token of an earlier login. */
export type Credentials = { username: string; password: string } | { identityToken: string };

/** Finds credentials for a repository (`host/path`); undefined means anonymous. */
export type CredentialSource = (repository: string) => Promise<Credentials | undefined>;

/** Logins by registry as in the `auths` of Docker's configuration: a host, `host/path`, or Docker Hub's historic key. */
export type RegistryAuths = Record<string, AuthEntry>;

interface AuthFile {
  path: string;
  auths: RegistryAuths;
  credHelpers: Record<string, string>;
  credsStore?: string;
}

interface AuthEntry {
  auth?: string;
  username?: string;
  password?: string;
  identitytoken?: string;
}

/**
 * Credentials from the files that docker, podman and skopeo log in to, the first that knows the repository:
 * `REGISTRY_AUTH_FILE`, `$XDG_RUNTIME_DIR/containers/auth.json`, `$DOCKER_CONFIG/config.json` (`~/.docker`). In a
 * file, the most specific key wins (`host/org/repo`, `host/org`, `host`), and a credential helper named for the
 * host goes before stored passwords.
 *
 * The files are read at the first question and kept.
 *
 * @throws OciError `InvalidCredentials` for a broken file or a failing helper
 */
export function createCredentialSource(env: NodeJS.ProcessEnv = process.env): CredentialSource {
  let files: Promise<AuthFile[]> | undefined;
  return async (repository) => {
    files ??= readAuthFiles(env);
    for (const file of await files) {
      const found = await lookUp(file, repository, env);
      if (found) return found;
    }
    return undefined;
  };
}

/**
 * Credentials that are at hand, the most specific key first; of a repository that none of them is for, those of `others`.
 * @throws OciError `InvalidCredentials` when asked for an entry that is broken
 */
export function storedCredentials(auths: RegistryAuths, others?: CredentialSource): CredentialSource {
  const file = { path: 'the given logins', auths, credHelpers: {} };
  return async (repository) => (await lookUp(file, repository, {})) ?? others?.(repository);
}

async function readAuthFiles(env: NodeJS.ProcessEnv): Promise<AuthFile[]> {
  const paths = [
    env.REGISTRY_AUTH_FILE,
    env.XDG_RUNTIME_DIR && join(env.XDG_RUNTIME_DIR, 'containers', 'auth.json'),
    join(env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker'), 'config.json'),
  ];
  const files = await Promise.all(paths.map((path) => (path ? readAuthFile(path) : undefined)));
  return files.filter((file) => file !== undefined);
}

async function readAuthFile(path: string): Promise<AuthFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const { auths = {}, credHelpers = {}, credsStore } = JSON.parse(text);
    return { path, auths, credHelpers, ...(credsStore && { credsStore }) };
  } catch (cause) {
    throw new OciError('InvalidCredentials', `${path} is not JSON`, {
      hint: 'log in again, or repair it',
      cause,
    });
  }
}

async function lookUp(
  file: AuthFile,
  repository: string,
  env: NodeJS.ProcessEnv,
): Promise<Credentials | undefined> {
  const keys = lookUpKeys(repository);
  const host = repository.slice(0, repository.indexOf('/'));
  for (const key of keys) {
    const helper = file.credHelpers[key];
    if (helper) return await askHelper(helper, key, env);
  }
  for (const key of keys) {
    const entry = findEntry(file.auths, key);
    if (!entry) continue;
    const stored = readEntry(entry, file.path, key);
    if (stored) return stored;
  }
  if (!file.credsStore) return undefined;
  return await askHelper(file.credsStore, host === 'docker.io' ? dockerHubKey : host, env);
}

const dockerHubKey = 'https://index.docker.io/v1/';

/** `host/a/b` gives `host/a/b`, `host/a`, `host`, and Docker Hub's historic key. */
function lookUpKeys(repository: string): string[] {
  const keys: string[] = [];
  for (let key = repository; ; key = key.slice(0, key.lastIndexOf('/'))) {
    keys.push(key);
    if (!key.includes('/')) break;
  }
  if (repository.startsWith('docker.io/')) keys.push('index.docker.io', dockerHubKey);
  return keys;
}

/** Old files spell the host as a URL (`https://host/v1/`). */
function findEntry(auths: Record<string, AuthEntry>, key: string): AuthEntry | undefined {
  if (Object.hasOwn(auths, key)) return auths[key];
  const bare = (text: string) => text.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
  if (key.includes('/')) return undefined;
  const spelled = Object.keys(auths).find((name) => /^https?:\/\//.test(name) && bare(name) === key);
  return spelled === undefined ? undefined : auths[spelled];
}

function readEntry(entry: AuthEntry, path: string, key: string): Credentials | undefined {
  if (entry.identitytoken) return { identityToken: entry.identitytoken };
  if (entry.auth) {
    const text = Buffer.from(entry.auth, 'base64').toString('utf8').replace(/\0+$/, '');
    const colon = text.indexOf(':');
    if (colon === -1) {
      throw new OciError('InvalidCredentials', `${path}: the entry ${key} does not hold user:password`, {
        hint: 'log in again',
      });
    }
    return { username: text.slice(0, colon), password: text.slice(colon + 1) };
  }
  if (entry.username && entry.password !== undefined)
    return { username: entry.username, password: entry.password };
  return undefined;
}

/** Runs `docker-credential-<name> get` (docker-credential-helpers protocol). */
function askHelper(name: string, server: string, env: NodeJS.ProcessEnv): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  return new Promise((resolve, reject) => {
    const child = execFile(program, ['get'], { env, timeout: 30_000 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (/credentials not found/i.test(output)) return resolve(undefined);
      if (error) {
        return reject(
          new OciError('InvalidCredentials', `${program} failed for ${server}: ${output || error.message}`, {
            hint: `install ${program}, or take it out of the Docker configuration`,
            cause: error,
          }),
        );
      }
      try {
        const { Username: username, Secret: secret } = JSON.parse(stdout);
        if (!username && !secret) return resolve(undefined);
        resolve(username === '<token>' ? { identityToken: secret } : { username, password: secret });
      } catch (cause) {
        reject(new OciError('InvalidCredentials', `${program} did not answer with JSON`, { cause }));
      }
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(server);
  });
}
