import type { ContentStore } from '@assay/oci';
import { PolicyError } from '../error.ts';
import { readGit } from './git-source.ts';
import { readLocal } from './local-source.ts';
import { readOci } from './oci-source.ts';
import { parseSourceAddress, pinnedAddress } from './source-address.ts';
import { defaultSourceLimits, FileCollector, type SourceFiles, type SourceLimits } from './source-files.ts';

export interface SourceLoaderOptions {
  /** The content store of a repository. */
  store: (repository: string) => ContentStore;
  /** Whether sources may be on this machine's disk. @default true */
  files?: boolean;
  /** @default defaultSourceLimits */
  limits?: SourceLimits;
  /** @default Node's fetch */
  fetch?: typeof fetch;
  /** How long one HTTP request may take, in milliseconds. @default 60000 */
  timeoutMs?: number;
}

/** Fetches sources of policy and data, each once. */
export interface SourceLoader {
  /** @throws PolicyError InvalidSource, SourceUnavailable */
  load(address: string): Promise<SourceFiles>;
}

export function createSourceLoader(options: SourceLoaderOptions): SourceLoader {
  const loaded = new Map<string, Promise<SourceFiles>>();
  return {
    load(address) {
      const known = loaded.get(address);
      if (known) return known;
      const loading = loadSource(address, options);
      loaded.set(address, loading);
      loading.catch(() => loaded.delete(address));
      return loading;
    },
  };
}

async function loadSource(text: string, options: SourceLoaderOptions): Promise<SourceFiles> {
  const address = parseSourceAddress(text);
  const collector = new FileCollector(text, options.limits ?? defaultSourceLimits);
  let version: string | undefined;
  try {
    switch (address.kind) {
      case 'oci':
        version = await readOci(address, options.store, collector);
        break;
      case 'git':
        version = await readGit(address, collector);
        break;
      case 'http':
        await readHttp(address.url, collector, options);
        break;
      case 'file':
        if (options.files === false)
          throw new PolicyError('InvalidSource', `${text} is a path, and files are not read here`, {
            hint: 'put the policy into a registry or a git repository',
          });
        await readLocal(address.path, collector);
    }
  } catch (cause) {
    if (cause instanceof PolicyError) throw cause;
    throw new PolicyError('SourceUnavailable', `${text} cannot be fetched: ${messageOf(cause)}`, {
      cause,
      hint: 'check the address, and that this machine may read it',
    });
  }
  const pinned = address.kind === 'file' ? text : pinnedAddress(address, version);
  return { pinned, files: collector.files };
}

async function readHttp(url: string, collector: FileCollector, options: SourceLoaderOptions): Promise<void> {
  const { fetch: request = fetch, timeoutMs = 60_000 } = options;
  const response = await request(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > collector.room) throw new PolicyError('InvalidSource', `${url} is too large`);
    chunks.push(chunk);
  }
  collector.add(
    decodeURIComponent(new URL(url).pathname.split('/').at(-1) || 'data.json'),
    Buffer.concat(chunks),
  );
}

function messageOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: unknown };
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
