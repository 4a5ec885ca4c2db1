import { isDigest } from '../digest/digest.ts';
import { OciError } from '../error.ts';

/** A normalised image reference: host and path are always there, tag and digest where they were given. */
export interface Reference {
  /** Registry host with its port: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  host: string;
  /** Repository path on the host: `library/alpine`. */
  path: string;
  /** `<host>/<path>`, what a `ContentStore` calls the repository. */
  repository: string;
  tag?: string;
  digest?: string;
}

const defaultHost = 'docker.io';
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const pathPattern = new RegExp(`^${component}(?:/${component})*$`);
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const hostLabel = '(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])';
const hostPattern = new RegExp(`^(?:${hostLabel}(?:\\.${hostLabel})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?$`);
const maxNameLength = 255;

/** True for a tag as the distribution-spec's grammar has it. */
export function isTag(text: string): boolean {
  return tagPattern.test(text);
}

/** True for a repository path (`team/app`, no host) as the distribution-spec's grammar has it. */
export function isRepositoryPath(text: string): boolean {
  return text.length <= maxNameLength && pathPattern.test(text);
}

/**
 * Reads an image reference the way Docker and Podman do: no host means docker.io, docker.io with a single path
 * component means `library/`, and a tag next to a digest is kept as a label.
 *
 * No tag is invented: `referenceTarget` gives `latest` where neither tag nor digest is there.
 *
 * @throws OciError `InvalidReference`
 */
export function parseReference(text: string): Reference {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(text)?.[0];
  if (scheme) throw invalid(text, `it begins with ${scheme}`, `write it without ${scheme}`);
  if (text === '') throw invalid(text, 'it is empty');

  const at = text.indexOf('@');
  const digest = at === -1 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) {
    throw invalid(
      text,
      `${quote(digest)} is not a digest`,
      'a digest is sha256: and 64, or sha512: and 128, lower-case hexadecimal digits',
    );
  }
  const named = at === -1 ? text : text.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  const name = colon === -1 ? named : named.slice(0, colon);
  if (tag !== undefined && !isTag(tag)) {
    throw invalid(
      text,
      `${quote(tag)} is not a tag`,
      'a tag has up to 128 letters, digits, dots, dashes and underscores, and begins with neither dot nor dash',
    );
  }
  return { ...parseName(name, text), ...(tag && { tag }), ...(digest && { digest }) };
}

/**
 * Splits a repository (`localhost:5000/team/app`, no tag) into host and path, normalised as in `parseReference`.
 *
 * @throws OciError `InvalidReference`
 */
export function parseRepository(text: string): Pick<Reference, 'host' | 'path' | 'repository'> {
  return parseName(text, text);
}

/** The reference as text, normalised: `parseReference(formatReference(r))` equals `r`. */
export function formatReference(reference: Pick<Reference, 'host' | 'path' | 'tag' | 'digest'>): string {
  const { host, path, tag, digest } = reference;
  return `${host}/${path}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`;
}

/** What to ask a registry for: the digest decides, then the tag, then `latest`. */
export function referenceTarget(reference: Pick<Reference, 'tag' | 'digest'>): string {
  return reference.digest ?? reference.tag ?? 'latest';
}

function parseName(name: string, text: string): Pick<Reference, 'host' | 'path' | 'repository'> {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const hasHost = first !== '' && (/[.:A-Z]/.test(first) || first === 'localhost');
  let host = hasHost ? first : defaultHost;
  let path = hasHost ? name.slice(slash + 1) : name;

  if (!hostPattern.test(host)) throw invalid(text, `${quote(host)} is not a registry host`);
  if (host === 'index.docker.io' || host === 'registry-1.docker.io') host = defaultHost;
  if (host === defaultHost && !path.includes('/')) {
    if (/^[0-9a-f]{64}$/.test(path)) throw invalid(text, 'a bare 64-digit image id names no repository');
    path = `library/${path}`;
  }
  if (!pathPattern.test(path)) {
    const hint = path !== path.toLowerCase() ? `use lower case: ${path.toLowerCase()}` : undefined;
    throw invalid(text, `${quote(path)} is not a repository path`, hint);
  }
  const repository = `${host}/${path}`;
  if (repository.length > maxNameLength) throw invalid(text, `its name exceeds ${maxNameLength} characters`);
  return { host, path, repository };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function invalid(text: string, why: string, hint?: string): OciError {
  return new OciError('InvalidReference', `${quote(text)} is not an image reference: ${why}`, {
    hint: hint ?? 'write [HOST[:PORT]/]PATH[:TAG][@DIGEST], such as localhost:5000/team/app:v1',
  });
}
