import type { Secret } from '@assay/kube';
import { secretValue } from './service-account.ts';

/** A Secret and the address of an annotation that says where it is to be used. */
export interface AddressedSecret {
  secret: Secret;
  url: string;
}

/** Why credentials cannot be made, in Tekton's words. */
export class CredentialsProblem extends Error {}

/** The credentials' directory in a step. */
export const credentialsDirectory = '/tekton/creds';

/** A key that a Secret must have. */
export function required(secret: Secret, key: string): string {
  const value = secretValue(secret, key);
  if (value !== undefined) return value.toString();
  const path = `/tekton/creds-secrets/${secret.metadata.name}/${key}`;
  throw new CredentialsProblem(`open ${path}: no such file or directory`);
}

/** `.gitconfig` and `.git-credentials` for user and password over HTTP. */
export function basicGitFiles(entries: readonly AddressedSecret[]): Map<string, string> {
  if (entries.length === 0) return new Map();
  const seen = new Set<string>();
  let config = '[credential]\n\thelper = store\n';
  const lines = entries.map(({ secret, url }) => {
    if (seen.has(url)) throw new CredentialsProblem(`multiple entries for url: ${url}`);
    seen.add(url);
    const username = required(secret, 'username');
    config += `[credential ${JSON.stringify(url)}]\n\tusername = ${username.replaceAll('\\', '\\\\')}\n`;
    if (hasPath(url)) config += '\tuseHttpPath = true\n';
    return { line: withUser(url, username, required(secret, 'password')), path: hasPath(url) };
  });
  // Those for a whole host first: git takes the first that fits.
  const ordered = [...lines.filter(({ path }) => !path), ...lines.filter(({ path }) => path)];
  return new Map([
    ['.gitconfig', config],
    ['.git-credentials', `${ordered.map(({ line }) => line).join('\n')}\n`],
  ]);
}

/** The files of `.ssh`, and what is to be added to `.gitconfig`. */
export function sshGitFiles(entries: readonly AddressedSecret[]): {
  files: Map<string, string>;
  gitConfig: string;
} {
  const files = new Map<string, string>();
  if (entries.length === 0) return { files, gitConfig: '' };
  const byUrl = new Map<string, Secret[]>();
  for (const { secret, url } of entries) byUrl.set(url, [...(byUrl.get(url) ?? []), secret]);
  const hosts = [...byUrl].map(([url, secrets]) => ({ ...parseSshAddress(url), secrets }));
  let config = '';
  let gitConfig = '';
  const known: string[] = [];
  for (const { host, port, path, secrets } of [
    ...hosts.filter(({ path }) => path === ''),
    ...hosts.filter(({ path }) => path !== ''),
  ]) {
    const alias = path === '' ? host : `${host}--${path.replaceAll('/', '--')}`;
    if (path !== '') gitConfig += rewrites(alias, host, port, path);
    config += `Host ${alias}\n    HostName ${host}\n    Port ${port}\n`;
    for (const secret of secrets) {
      const file = `.ssh/id_${secret.metadata.name}`;
      files.set(file, required(secret, 'ssh-privatekey'));
      config += `    IdentityFile ${credentialsDirectory}/${file}\n`;
      const hostKeys = secretValue(secret, 'known_hosts')?.toString();
      if (hostKeys) known.push(hostKeys);
    }
  }
  files.set('.ssh/config', config);
  if (known.length > 0) files.set('.ssh/known_hosts', known.join('\n'));
  return { files, gitConfig };
}

/** Has git take the alias, and with it the key, for the one repository. */
function rewrites(alias: string, host: string, port: string, path: string): string {
  const from = port === '22' ? host : `${host}:${port}`;
  return [
    `[url "git@${alias}:${path}.git"]\n\tinsteadOf = git@${host}:${path}.git\n`,
    `[url "ssh://${alias}/${path}.git"]\n\tinsteadOf = ssh://${from}/${path}.git\n`,
  ].join('');
}

/** `host`, `host:port`, either with a path behind. */
function parseSshAddress(address: string): { host: string; port: string; path: string } {
  const slash = address.indexOf('/');
  const place = slash === -1 ? address : address.slice(0, slash);
  const path = slash === -1 ? '' : address.slice(slash + 1);
  const match = /^\[?([^[\]]*?)\]?:(\d*)$/.exec(place);
  return match ? { host: match[1]!, port: match[2]!, path } : { host: place, port: '22', path };
}

function hasPath(url: string): boolean {
  const path = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*(\/[^?#]*)?/.exec(url)?.[1] ?? '';
  return path !== '' && path !== '/';
}

function withUser(url: string, username: string, password: string): string {
  const user = `${escaped(username)}:${escaped(password)}@`;
  const match = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/)(?:[^/?#@]*@)?(.*)$/s.exec(url);
  return match ? `${match[1]}${user}${match[2]}` : `//${user}/${url}`;
}

/** The user information of a URL as Go's net/url writes it (RFC 3986, section 3.2.1). */
function escaped(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (/[A-Za-z0-9\-_.~$&+,;=]/.test(character)) return character;
      return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
