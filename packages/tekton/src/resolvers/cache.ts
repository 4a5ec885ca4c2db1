import type { ResolvedResource } from './remote.ts';

/** Remembers what resolvers fetched. */
export interface ResolutionCache {
  get(key: string): ResolvedResource | undefined;
  /** `immutable` says that the key can only ever mean this; anything else is forgotten after a while. */
  set(key: string, resource: ResolvedResource, immutable: boolean): void;
}

export interface ResolutionCacheOptions {
  /** @default 1000 */
  maxEntries?: number;
  /** Sum of the bytes held. @default 64 MiB */
  maxBytes?: number;
  /** How long what may change is believed. @default 5 minutes */
  ttlMs?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

/** A cache in memory, bounded in entries and bytes; what was not used for the longest time goes first. */
export function createResolutionCache(options: ResolutionCacheOptions = {}): ResolutionCache {
  const { maxEntries = 1000, maxBytes = 64 * 1024 * 1024, ttlMs = 300_000, now = Date.now } = options;
  const entries = new Map<string, { resource: ResolvedResource; until: number }>();
  let bytes = 0;
  const drop = (key: string): void => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    bytes -= entry.resource.data.byteLength;
    entries.delete(key);
  };
  return {
    get: (key) => {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.until <= now()) {
        drop(key);
        return undefined;
      }
      entries.delete(key);
      entries.set(key, entry);
      const { resource } = entry;
      return {
        ...resource,
        annotations: { ...resource.annotations, 'resolution.tekton.dev/cached': 'true' },
      };
    },
    set: (key, resource, immutable) => {
      drop(key);
      if (resource.data.byteLength > maxBytes) return;
      entries.set(key, { resource, until: immutable ? Number.POSITIVE_INFINITY : now() + ttlMs });
      bytes += resource.data.byteLength;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes && entries.size <= maxEntries) break;
        drop(oldest);
      }
    },
  };
}
