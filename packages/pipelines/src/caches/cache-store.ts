import { createHash, randomUUID } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '@assay/kube';
import type { Sandbox } from '@assay/sandbox';

/** Whose a cache is. Runs that differ in one of these never see each other's. */
export interface CacheScope {
  namespace: string;
  serviceAccount: string;
  /** The name that runs give it. */
  key: string;
}

/** Which TaskRun left a cache as it is. */
export interface CacheOrigin {
  taskRun: string;
  uid: string;
}

/** What is known of a stored cache. */
export interface StoredCache extends CacheScope {
  savedBy: CacheOrigin;
  /** RFC 3339. */
  savedAt: string;
  bytes: number;
}

export interface CacheStoreOptions {
  /** Below the sandbox's home. */
  directory: string;
  sandbox: Pick<Sandbox, 'copyVolume' | 'makeVolume' | 'removeVolume' | 'volumeBytes'>;
  clock: Pick<Clock, 'now'>;
  /** How large one may be, in bytes; a larger one is not kept. */
  limitBytes: number;
}

/** What a cache's directory holds beside its content. */
const recordFile = 'cache.json';
const contentDirectory = 'content';
/** Names of what is being made or taken away; no cache's own name begins so. */
const passing = '.';

/**
 * Directories that outlive runs. Each run works on a copy of its own, and what it leaves takes the place of what was there
 * in one step: runs at the same time do not see each other's files, and the one that ends last is the one that is
 * kept.
 */
export class CacheStore {
  readonly limitBytes: number;
  readonly #directory: string;
  readonly #sandbox: CacheStoreOptions['sandbox'];
  readonly #clock: CacheStoreOptions['clock'];
  /** By directory: what must end before the next may touch it. */
  readonly #busy = new Map<string, Promise<unknown>>();
  #count = 0;

  constructor({ directory, sandbox, clock, limitBytes }: CacheStoreOptions) {
    this.#directory = directory;
    this.#sandbox = sandbox;
    this.#clock = clock;
    this.limitBytes = limitBytes;
  }

  /**
   * Fills an empty volume with the cache.
   * @returns who left it so; undefined when there is none, or none that can be read
   */
  restore(scope: CacheScope, volume: string): Promise<CacheOrigin | undefined> {
    return this.#alone(scope, async (directory) => {
      const record = readRecord(directory, scope);
      if (!record) return undefined;
      rmdirSync(volume);
      try {
        await this.#sandbox.copyVolume(join(directory, contentDirectory), volume);
      } catch {
        await this.#sandbox.removeVolume(volume);
        this.#sandbox.makeVolume(volume);
        return undefined;
      }
      const now = this.#clock.now() / 1000;
      utimesSync(join(directory, recordFile), now, now);
      return record.savedBy;
    });
  }

  /**
   * Keeps a volume that nothing writes any more as the cache. The volume itself is gone then.
   * @returns its size where that is too large, and nothing was kept
   */
  save(scope: CacheScope, volume: string, savedBy: CacheOrigin): Promise<{ tooLarge: number } | undefined> {
    return this.#alone(scope, async (directory) => {
      const bytes = await this.#sandbox.volumeBytes(volume);
      if (bytes > this.limitBytes) return { tooLarge: bytes };
      this.#count += 1;
      const made = join(this.#directory, `${passing}made-${process.pid}-${this.#count}`);
      const old = join(this.#directory, `${passing}old-${process.pid}-${this.#count}`);
      mkdirSync(made, { recursive: true, mode: 0o700 });
      renameSync(volume, join(made, contentDirectory));
      const savedAt = new Date(this.#clock.now()).toISOString();
      const record: StoredCache = { ...scope, savedBy, savedAt, bytes };
      writeFileSync(join(made, recordFile), JSON.stringify(record));
      try {
        renameSync(directory, old);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
      renameSync(made, directory);
      await this.#sandbox.removeVolume(old);
      return undefined;
    });
  }

  /** Removes what a process that was killed left unfinished, and what was pruned. */
  async sweep(): Promise<void> {
    for (const name of namesIn(this.#directory)) {
      if (name.startsWith(passing)) await this.#sandbox.removeVolume(join(this.#directory, name));
    }
  }

  #alone<T>(scope: CacheScope, act: (directory: string) => Promise<T>): Promise<T> {
    const directory = join(this.#directory, directoryName(scope));
    const turn = (this.#busy.get(directory) ?? Promise.resolve()).then(() => act(directory));
    const settled = turn.catch(() => {});
    this.#busy.set(directory, settled);
    void settled.then(() => {
      if (this.#busy.get(directory) === settled) this.#busy.delete(directory);
    });
    return turn;
  }
}

/** The caches in a directory of caches, with when each was last used, the least recently used first. */
export function listCaches(directory: string): (StoredCache & { directory: string; usedAt: Date })[] {
  return namesIn(directory)
    .filter((name) => !name.startsWith(passing))
    .flatMap((name) => {
      const at = join(directory, name);
      const record = readRecord(at);
      return record ? [{ ...record, directory: at, usedAt: statSync(join(at, recordFile)).mtime }] : [];
    })
    .sort((a, b) => a.usedAt.getTime() - b.usedAt.getTime());
}

/**
 * Takes a cache away from the next runs. One that is just being copied ends as none.
 * @returns where its files are until they are removed; the next start of the factory does it if nobody else can
 */
export function retireCache(cache: { directory: string }): string {
  const gone = join(dirname(cache.directory), `${passing}pruned-${randomUUID()}`);
  renameSync(cache.directory, gone);
  return gone;
}

function directoryName({ namespace, serviceAccount, key }: CacheScope): string {
  const whose = JSON.stringify([namespace, serviceAccount, key]);
  return `${namespace}_${createHash('sha256').update(whose).digest('hex').slice(0, 32)}`;
}

/** What is recorded of a cache; undefined when there is none, or it is not the one of `scope` after all. */
function readRecord(directory: string, scope?: CacheScope): StoredCache | undefined {
  try {
    const record = JSON.parse(readFileSync(join(directory, recordFile), 'utf8')) as StoredCache;
    const same = !scope || directoryName(record) === directoryName(scope);
    return same ? record : undefined;
  } catch {
    return undefined;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
