import { isAbsolute } from 'node:path';
import { parseReference } from '@assay/oci';
import { PolicyError } from '../error.ts';

/** Where policy or data is, as a policy configuration names it. */
export type SourceAddress =
  | { kind: 'oci'; reference: string; path: string }
  | { kind: 'git'; url: string; ref?: string; path: string }
  | { kind: 'http'; url: string }
  | { kind: 'file'; path: string };

const registryHosts =
  /^(quay\.io|gcr\.io|[a-z0-9-]+\.gcr\.io|[a-z0-9-]+-docker\.pkg\.dev|pkg\.dev|[a-z0-9]+\.azurecr\.io|registry\.gitlab\.com|\d+\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com)\//;
const gitHosts = /^(github\.com|gitlab\.com|bitbucket\.org)\//;
const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Reads the address of a source, in the forms that Conforma takes: `oci::...`, `git::...`, `https://...`, `file::...`, a known registry's
 * or git host's name, or a path. Untrusted when the policy configuration is.
 * @throws PolicyError InvalidSource; plain `http:` is refused except on the loopback
 */
export function parseSourceAddress(text: string): SourceAddress {
  const [, forced, rest] = /^(oci|git|https?|file)(?:::)(.*)$/i.exec(text) ?? [undefined, undefined, text];
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(rest!)?.[1]?.toLowerCase();
  switch (forced?.toLowerCase() ?? (scheme === 'oci' ? 'oci' : undefined)) {
    case 'oci':
      return ociAddress(rest!.replace(/^oci:\/\//i, ''), text);
    case 'git':
      return gitAddress(rest!, text);
    case 'http':
    case 'https':
      return httpAddress(rest!, text);
    case 'file':
      return { kind: 'file', path: rest!.replace(/^file:\/\//i, '') };
  }
  if (scheme === 'file') return { kind: 'file', path: rest!.slice('file://'.length) };
  if (scheme === 'http' || scheme === 'https') return httpAddress(rest!, text);
  if (scheme !== undefined) throw invalid(text, `${scheme}: is not a way to fetch policies`);
  if (registryHosts.test(text)) return ociAddress(text, text);
  if (gitHosts.test(text)) return gitAddress(`https://${text}`, text);
  return { kind: 'file', path: text };
}

function ociAddress(rest: string, text: string): SourceAddress {
  const [reference, path] = withSubdirectory(rest, text);
  try {
    parseReference(reference);
  } catch (cause) {
    throw new PolicyError('InvalidSource', `${JSON.stringify(text)}: ${(cause as Error).message}`, { cause });
  }
  return { kind: 'oci', reference, path };
}

function gitAddress(rest: string, text: string): SourceAddress {
  const query = rest.indexOf('?');
  const params = new URLSearchParams(query < 0 ? '' : rest.slice(query + 1));
  const [remote, path] = withSubdirectory(query < 0 ? rest : rest.slice(0, query), text);
  const named =
    /^[a-z][a-z0-9+.-]*:\/\//i.test(remote) || remote.startsWith('git@') ? remote : `https://${remote}`;
  const url =
    gitHosts.test(named.replace(/^https:\/\//, '')) && !named.endsWith('.git') ? `${named}.git` : named;
  refuseInsecure(url, text);
  const ref = params.get('ref') ?? undefined;
  if (ref?.startsWith('-') || url.startsWith('-'))
    throw invalid(text, 'a ref or URL does not begin with a dash');
  const spoken = /^(https?|ssh):\/\//i.test(url) ? URL.canParse(url) : /^git@[^:\s]+:\S+$/.test(url);
  if (!spoken) throw invalid(text, 'git is spoken over https and ssh');
  return { kind: 'git', url, path, ...(ref !== undefined && { ref }) };
}

function httpAddress(rest: string, text: string): SourceAddress {
  if (!URL.canParse(rest)) throw invalid(text, 'it is not a URL');
  refuseInsecure(rest, text);
  return { kind: 'http', url: rest };
}

function refuseInsecure(url: string, text: string): void {
  if (!/^http:/i.test(url) || (URL.canParse(url) && loopback.test(new URL(url).host))) return;
  throw invalid(text, 'attempting to use insecure protocol: http', 'use https');
}

/** `address//inner/path` in its two halves; the scheme's own slashes aside. */
function withSubdirectory(address: string, text: string): [address: string, path: string] {
  const from = address.indexOf('://');
  const at = address.indexOf('//', from < 0 ? 0 : from + 3);
  if (at < 0) return [address, ''];
  const path = address.slice(at + 2).replace(/\/+$/, '');
  if (isAbsolute(path) || path.split('/').includes('..'))
    throw invalid(text, `the path ${JSON.stringify(path)} leaves it`);
  return [address.slice(0, at), path];
}

function invalid(text: string, why: string, hint?: string): PolicyError {
  return new PolicyError('InvalidSource', `${JSON.stringify(text)} cannot be a source: ${why}`, {
    hint:
      hint ??
      'name it oci::HOST/REPO:TAG, git::https://HOST/REPO.git//DIR?ref=REF, https://HOST/FILE, or a path',
  });
}

/** The address with what it was found to be: a digest or a commit. */
export function pinnedAddress(address: SourceAddress, version: string | undefined): string {
  const inner = 'path' in address && address.path !== '' ? `//${address.path}` : '';
  switch (address.kind) {
    case 'oci':
      return `oci::${address.reference.replace(/@.*$/, '')}@${version}${inner}`;
    case 'git':
      return `git::${address.url}${inner}?ref=${version}`;
    case 'http':
      return address.url;
    case 'file':
      return address.path;
  }
}
