import { existsSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { KubeError } from '../error.ts';
import { bodyChecksum, type ChecksummedRow, checksummedColumns, rowChecksum } from './row-checksum.ts';
import { migrations, schemaOfRowChecksums } from './schema.ts';
import { fromSqlite, isBusy } from './sqlite-error.ts';

/** What a look at every page and row of a store has found. */
export interface StoreReport {
  /** The version of its schema. */
  schema: number;
  objects: number;
  /** One line for each damage; empty for a sound store. */
  findings: string[];
}

const maxFindings = 20;

function openForReading<T>(path: string, read: (db: DatabaseSync) => T): T {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 0 });
    return read(db);
  } catch (error) {
    if (isBusy(error)) {
      throw new KubeError('StoreLocked', `the store ${path} is open in another process`, {
        hint: "stop the factory with 'assay down' first",
        cause: error,
      });
    }
    throw fromSqlite(error, path);
  } finally {
    db?.close();
  }
}

/**
 * Reads the whole file and changes nothing: SQLite's own check of its pages and indexes, and the checksum of every object.
 * Undefined when there is no file.
 * @throws KubeError StoreLocked while a factory has it, StoreCorrupt when it is no database at all
 */
export function inspectStore(path: string): StoreReport | undefined {
  if (!existsSync(path)) return undefined;
  return openForReading(path, (db) => {
    const findings = db
      .prepare(`PRAGMA integrity_check(${maxFindings})`)
      .all()
      .map((row) => String(row.integrity_check))
      .filter((finding) => finding !== 'ok');
    const schema = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (schema > migrations.length) {
      findings.push(`its schema, ${schema}, is newer than this program`);
      return { schema, objects: 0, findings };
    }
    const checksumOf = schema < schemaOfRowChecksums ? bodyChecksum : rowChecksum;
    let objects = 0;
    for (const table of ['objects', 'events'] as const) {
      for (const row of db.prepare(`SELECT checksum, ${checksummedColumns[table]} FROM ${table}`).iterate()) {
        if (table === 'objects') objects++;
        const checksum = checksumOf(row as unknown as ChecksummedRow);
        if (checksum === row.checksum || findings.length >= maxFindings) continue;
        const where = [row.namespace, row.name].filter((part) => part !== '').join('/');
        findings.push(`${row.resource} ${where} in ${table} does not have its checksum`);
      }
    }
    return { schema, objects, findings };
  });
}

/**
 * Copies a store that no process has open, as `Store.backup` does for one that is.
 * @param target a file that does not exist yet
 * @throws KubeError StoreLocked, StoreCorrupt, StorageFull
 */
export async function copyStore(path: string, target: string): Promise<void> {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: 0 });
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT');
    await copyDatabase(db, path, target);
  } catch (error) {
    if (isBusy(error)) {
      throw new KubeError('StoreLocked', `the store ${path} is open in another process`, { cause: error });
    }
    throw fromSqlite(error, path);
  } finally {
    db?.close();
  }
}

/** A copy of the database as it is at one moment, made beside its use. */
export async function copyDatabase(db: DatabaseSync, path: string, target: string): Promise<void> {
  try {
    await backup(db, target, { rate: 1000 });
  } catch (error) {
    throw fromSqlite(error, path);
  }
  // The copy carries the setting, and would want files of its own beside it.
  const copy = new DatabaseSync(target);
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
  } finally {
    copy.close();
  }
}
