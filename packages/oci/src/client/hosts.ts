import { isAbsolute } from 'node:path';
import { OciError } from '../error.ts';

/** How to reach one registry host. */
export interface HostConfig {
  /** Where the host's registry really is: an http(s) URL, or the absolute path of a Unix socket. @default the host itself */
  endpoint?: string;
  /** Permits plain HTTP (the default scheme then), and TLS without a known certificate. @default false */
  insecure?: boolean;
  /** PEM certificates to trust besides the system's. */
  ca?: string;
}

export interface Endpoint {
  /** The registry host as references name it; credentials are looked up under this name. */
  host: string;
  /** Base URL without `/v2/`, without trailing slash. */
  base: URL;
  socketPath?: string;
  insecure: boolean;
  ca?: string;
}

/**
 * Decides where a host's requests go. Plain HTTP is for loopback hosts, Unix sockets and hosts configured as
 * insecure; an endpoint that is spelled `http:` counts as configured only together with `insecure`.
 *
 * @throws OciError `InsecureRegistry`
 */
export function resolveEndpoint(host: string, config: HostConfig = {}): Endpoint {
  const insecure = config.insecure ?? false;
  const shared = { host, insecure, ...(config.ca && { ca: config.ca }) };
  if (config.endpoint && isAbsolute(config.endpoint)) {
    return { ...shared, base: new URL('http://localhost'), socketPath: config.endpoint };
  }
  const base = config.endpoint ? new URL(config.endpoint) : defaultBase(host, insecure);
  base.pathname = base.pathname.replace(/\/+$/, '');
  assertSecure(base, insecure);
  return { ...shared, base };
}

/** True for names that never leave the machine (RFC 6761 `localhost`, 127/8, ::1). */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase();
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(name)
  );
}

/** Refuses plain HTTP beyond loopback. @throws OciError `InsecureRegistry` */
export function assertSecure(url: URL, insecure: boolean): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && (insecure || isLoopback(url.hostname))))
    return;
  throw new OciError('InsecureRegistry', `${url.origin} would be reached without encryption`, {
    hint: `use https, or configure ${url.host} as insecure`,
  });
}

function defaultBase(host: string, insecure: boolean): URL {
  if (host === 'docker.io') return new URL('https://registry-1.docker.io');
  const plain = insecure || isLoopback(new URL(`http://${host}`).hostname);
  return new URL(`${plain ? 'http' : 'https'}://${host}`);
}
