import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isKubeError, KubeError } from '../error.ts';
import { type Migration, migrate } from './schema.ts';
import { corrupt, fromSqlite, isBusy } from './sqlite-error.ts';

const inMemory = ':memory:';

/** The file in which the holder of a store says who it is. The lock itself is SQLite's, and ends with the process. */
function pidFile(path: string): string {
  return `${path}.pid`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The holder's pid; the moment between its taking the lock and writing its pid is waited out. */
function holderOf(path: string): number | undefined {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      const pid = Number(readFileSync(pidFile(path), 'utf8'));
      if (Number.isInteger(pid) && pid > 0 && isAlive(pid)) return pid;
    } catch {
      // Not written yet.
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
  return undefined;
}

/** Creates the file for its owner only: it holds Secrets. An existing file is not opened, which would drop its locks. */
function createPrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Only a courtesy to whoever finds the store locked, so a full disk does not keep it from being read. */
function tellPid(path: string): void {
  try {
    writeFileSync(pidFile(path), `${process.pid}\n`, { mode: 0o600 });
  } catch {
    rmSync(pidFile(path), { force: true });
  }
}

/** Up to this size the indexes are compared with the tables, too, which takes several times as long. */
const fullCheckBytes = 16 * 1024 * 1024;

function check(db: DatabaseSync, path: string): void {
  const [pages, pageSize] = ['page_count', 'page_size'].map((name) =>
    Number(db.prepare(`PRAGMA ${name}`).get()?.[name]),
  ) as [number, number];
  const pragma = pages * pageSize <= fullCheckBytes ? 'integrity_check' : 'quick_check';
  const findings = db
    .prepare(`PRAGMA ${pragma}(3)`)
    .all()
    .map((row) => String(row[pragma]));
  if (findings.length !== 1 || findings[0] !== 'ok') throw corrupt(path, findings.join('; '));
}

function configure(db: DatabaseSync, { path, maxSizeBytes, durability }: DatabaseOptions): void {
  // Held for the life of the connection, so nobody else can open the store for writing or reading.
  db.exec('PRAGMA locking_mode = EXCLUSIVE');
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(`PRAGMA synchronous = ${durability === 'relaxed' ? 'NORMAL' : 'FULL'}`);
  db.exec('BEGIN IMMEDIATE; COMMIT');
  if (maxSizeBytes !== undefined) {
    const pageSize = Number(db.prepare('PRAGMA page_size').get()?.page_size);
    db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxSizeBytes / pageSize))}`);
  }
  if (path !== inMemory) tellPid(path);
  check(db, path);
}

export interface DatabaseOptions {
  path: string;
  maxSizeBytes?: number | undefined;
  /** @default full */
  durability?: 'full' | 'relaxed' | undefined;
  migrations?: readonly Migration[];
}

/** An open, checked and migrated database of which this process is the only user. */
export interface Database {
  db: DatabaseSync;
  path: string;
  close(): void;
}

/**
 * Opens the database, creating it if needed. Throws `StoreLocked` naming the process that has it, `StoreCorrupt`
 * when the check finds damage, `StoreTooNew`, or `StorageFull`.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { path } = options;
  let db: DatabaseSync | undefined;
  try {
    if (path !== inMemory) createPrivateFile(path);
    db = new DatabaseSync(path, { timeout: 0 });
    configure(db, options);
    migrate(db, options.migrations);
    const open = db;
    return {
      db: open,
      path,
      close() {
        if (path !== inMemory) rmSync(pidFile(path), { force: true });
        open.close();
      },
    };
  } catch (error) {
    db?.close();
    if (isKubeError(error)) throw error;
    if (isBusy(error)) {
      const pid = holderOf(path);
      throw new KubeError(
        'StoreLocked',
        `the store ${path} is open in ${pid ? `process ${pid}` : 'another process'}`,
        {
          hint: pid
            ? `stop process ${pid}, or talk to it over its API instead of opening the store`
            : 'try again in a moment',
          cause: error,
        },
      );
    }
    throw fromSqlite(error, path);
  }
}
