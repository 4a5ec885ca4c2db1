import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from './database.ts';

/** Room for the log and the pages that a batch of deletions takes. */
const reserveBytes = 1024 * 1024;
const retryMs = 1000;

/**
 * Room that is kept for deletions, so that a full store can be emptied: a file of zeros beside the database, which is given
 * back to the disk when it is full, and taken again when there is room; and some pages above the size the store was given.
 */
export class SpaceReserve {
  readonly #database: Database;
  readonly #maxPages: number | undefined;
  readonly #now: () => number;
  #released = false;
  #triedAt = 0;

  constructor(database: Database, options: { maxSizeBytes: number | undefined; now: () => number }) {
    this.#database = database;
    const { maxSizeBytes } = options;
    this.#maxPages =
      maxSizeBytes === undefined
        ? undefined
        : Math.max(1, Math.floor(maxSizeBytes / this.#number('page_size')));
    this.#now = options.now;
    this.#takeFile();
  }

  /** True while nothing but deletions is to be written. */
  get released(): boolean {
    return this.#released;
  }

  /** Gives the room to deletions, unless it turns out that there is enough for everything. */
  release(): void {
    if (this.#file) rmSync(this.#file, { force: true });
    this.shrinkLog();
    if (this.#hasPages() && this.#takeFile() && this.#hasRoom()) return;
    if (this.#file) rmSync(this.#file, { force: true });
    this.#released = true;
    this.#triedAt = this.#now();
    if (this.#maxPages !== undefined) this.#limitPages(this.#maxPages + this.#pages(reserveBytes));
  }

  /** Writes what SQLite's log holds into the database and begins the log anew, so that it takes no room. */
  shrinkLog(): void {
    try {
      this.#database.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // There is not even room for that.
    }
  }

  /** Takes the room back, when there is some again; asks the disk once a second at most. */
  restore(): boolean {
    if (!this.#released) return true;
    if (this.#now() - this.#triedAt < retryMs) return false;
    this.#triedAt = this.#now();
    // What deletions wrote is in the log, which has taken the room that the reserve gave.
    this.shrinkLog();
    if (!this.#hasPages() || !this.#takeFile()) return false;
    if (this.#maxPages !== undefined) this.#limitPages(this.#maxPages);
    this.#released = false;
    return true;
  }

  get #file(): string | undefined {
    const { path } = this.#database;
    return path === ':memory:' ? undefined : `${path}.reserve`;
  }

  #takeFile(): boolean {
    const path = this.#file;
    if (!path) return true;
    if (statSync(path, { throwIfNoEntry: false })?.size === reserveBytes) return true;
    try {
      const file = openSync(path, 'w', 0o600);
      try {
        // Written out, since a hole takes no room.
        const zeros = Buffer.alloc(64 * 1024);
        for (let at = 0; at < reserveBytes; at += zeros.length) writeSync(file, zeros);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      return true;
    } catch {
      rmSync(path, { force: true });
      return false;
    }
  }

  /** Tells a request that is too large from a disk that is full: the second has no room for another reserve. */
  #hasRoom(): boolean {
    if (!this.#file) return true;
    const { bavail, bsize } = statfsSync(dirname(this.#file));
    return bavail * bsize >= reserveBytes;
  }

  #hasPages(): boolean {
    if (this.#maxPages === undefined) return true;
    const used = this.#number('page_count') - this.#number('freelist_count');
    return used + this.#pages(reserveBytes) < this.#maxPages;
  }

  #pages(bytes: number): number {
    return Math.ceil(bytes / this.#number('page_size'));
  }

  #number(pragma: string): number {
    return Number(Object.values(this.#database.db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
  }

  #limitPages(count: number): void {
    this.#database.db.exec(`PRAGMA max_page_count = ${count}`);
  }
}
