import type { DatabaseSync } from 'node:sqlite';
import { KubeError } from '../error.ts';
import { bodyChecksum, type ChecksummedRow, checksummedColumns, rowChecksum } from './row-checksum.ts';

/** One step from schema version n (its index) to n + 1. Steps are only ever added. */
export type Migration = (db: DatabaseSync) => void;

export const migrations: readonly Migration[] = [
  (db) =>
    db.exec(`
      CREATE TABLE objects (
        id INTEGER PRIMARY KEY,
        resource TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        uid TEXT NOT NULL UNIQUE,
        version INTEGER NOT NULL,
        labels TEXT NOT NULL,
        body TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        UNIQUE (resource, namespace, name)
      );
      CREATE TABLE events (
        version INTEGER PRIMARY KEY,
        resource TEXT NOT NULL,
        type TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        labels TEXT NOT NULL,
        previous_labels TEXT,
        body TEXT NOT NULL,
        checksum INTEGER NOT NULL
      );
      CREATE INDEX events_by_resource ON events (resource, version);
      CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
      INSERT INTO counters VALUES ('version', 0), ('compacted', 0);
    `),
  (db) =>
    db.exec(`
      CREATE TABLE owners (
        owner_uid TEXT NOT NULL,
        dependent_uid TEXT NOT NULL,
        PRIMARY KEY (owner_uid, dependent_uid)
      ) WITHOUT ROWID;
      CREATE INDEX owners_by_dependent ON owners (dependent_uid);
      INSERT OR IGNORE INTO owners
        SELECT reference.value ->> 'uid', objects.uid
        FROM objects, json_each(objects.body, '$.metadata.ownerReferences') AS reference;
    `),
  (db) => {
    widenChecksums(db, 'objects', 'id');
    widenChecksums(db, 'events', 'version');
  },
];

/** The version from which a row's checksum is over all of its columns. */
export const schemaOfRowChecksums = 3;

/** What was damaged stays so. */
function widenChecksums(db: DatabaseSync, table: keyof typeof checksummedColumns, key: string): void {
  const update = db.prepare(`UPDATE ${table} SET checksum = ? WHERE ${key} = ?`);
  const keys = db.prepare(`SELECT ${key} AS key FROM ${table}`).all();
  const one = db.prepare(`SELECT checksum, ${checksummedColumns[table]} FROM ${table} WHERE ${key} = ?`);
  for (const { key: value } of keys as unknown as { key: number }[]) {
    const row = one.get(value) as unknown as ChecksummedRow & { checksum: number };
    update.run(bodyChecksum(row) === row.checksum ? rowChecksum(row) : -1, value);
  }
}

/**
 * Brings the database to the newest schema, each step in a transaction of its own. Throws `StoreTooNew` when it
 * was written by a newer program.
 */
export function migrate(db: DatabaseSync, steps: readonly Migration[] = migrations): void {
  const found = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  if (found > steps.length) {
    throw new KubeError(
      'StoreTooNew',
      `the store has schema ${found}; this program knows up to ${steps.length}`,
      {
        hint: 'use the Assay version that wrote it, or a newer one',
      },
    );
  }
  for (const [version, step] of steps.entries()) {
    if (version < found) continue;
    db.exec('BEGIN IMMEDIATE');
    try {
      step(db);
      db.exec(`PRAGMA user_version = ${version + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}
