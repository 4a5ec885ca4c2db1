import type { StatementSync } from 'node:sqlite';
import type { AnyObject } from '../resource.ts';
import type { Labels } from '../selector/label-selector.ts';
import type { Database } from './database.ts';
import { type ChecksummedRow, rowChecksum } from './row-checksum.ts';
import { corrupt } from './sqlite-error.ts';

/** An object as it lies in the database. `body` is its complete JSON text, resourceVersion included. */
export interface StoredObject {
  /** As `resourceId` names it. */
  resource: string;
  namespace: string;
  name: string;
  uid: string;
  version: number;
  labels: Labels;
  body: string;
}

/** Which object a uid is; its text is not read for that. */
export type StoredKey = Pick<StoredObject, 'resource' | 'namespace' | 'name'>;

/** One entry of the event log. Every version is exactly one event. */
export interface StoredEvent {
  version: number;
  resource: string;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  namespace: string;
  name: string;
  labels: Labels;
  /** What a selector saw before; absent for ADDED. */
  previousLabels: Labels | undefined;
  body: string;
  /** What the object was before, where it is at hand: of an event that has just been written. */
  previousBody?: string | undefined;
}

/** A change of the running transaction, with the object as it was written. */
export interface Change {
  event: StoredEvent;
  object: AnyObject;
}

type Row = Record<string, unknown>;

/** What the log may hold, however few its events are. */
const maxHistoryBytes = 64 * 1024 * 1024;
/** Events that are kept while there is no room. */
const tightHistory = 100;
/** What is read from the log at once. */
const maxPageBytes = 4 * 1024 * 1024;

/** All SQL over objects and events. Writes belong inside a transaction; `mark` and `rewind` follow its savepoints. */
export class ObjectTable {
  readonly #path: string;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #historyEvents: number;
  #version: number;
  #compacted: number;
  #changes: Change[] = [];
  /** About the bytes of the log's objects; too many after a transaction that was undone, until the log is cut. */
  #historyBytes: number;

  constructor(database: Database, historyEvents: number) {
    this.#path = database.path;
    this.#historyEvents = historyEvents;
    this.#statements = prepare((sql) => database.db.prepare(sql));
    this.#version = Number(this.#statements.counter.get('version')?.value);
    this.#compacted = Number(this.#statements.counter.get('compacted')?.value);
    this.#historyBytes = this.#sumHistory();
    this.#checkCounters();
  }

  /** Each version is one event, and the log ends with the newest. */
  #checkCounters(): void {
    const { oldest, newest } = this.#statements.span.get() ?? {};
    const isWhole =
      newest === null
        ? this.#version === this.#compacted
        : Number(newest) === this.#version && Number(oldest) > this.#compacted;
    if (!isWhole) {
      const log = newest === null ? 'empty' : `from ${oldest} to ${newest}`;
      throw corrupt(this.#path, `it is at version ${this.#version}, and its log is ${log}`);
    }
  }

  /** The version of the newest change, of the running transaction if there is one. */
  get version(): number {
    return this.#version;
  }

  /** Events up to this version are no longer in the log. */
  get compacted(): number {
    return this.#compacted;
  }

  get(resource: string, namespace: string, name: string): StoredObject | undefined {
    return this.#object(this.#statements.get.get(resource, namespace, name));
  }

  getByUid(uid: string): StoredObject | undefined {
    return this.#object(this.#statements.getByUid.get(uid));
  }

  keyOfUid(uid: string): StoredKey | undefined {
    return this.#statements.keyOfUid.get(uid) as StoredKey | undefined;
  }

  has(resource: string, namespace: string, name: string): boolean {
    return this.#statements.has.get(resource, namespace, name) !== undefined;
  }

  /** The resource's objects by namespace and name, from after `after`. */
  *list(
    resource: string,
    namespace: string | undefined,
    after = { namespace: '', name: '' },
  ): Iterable<StoredObject> {
    const rows =
      namespace === undefined
        ? this.#statements.list.iterate(resource, after.namespace, after.name)
        : this.#statements.listNamespace.iterate(
            resource,
            namespace,
            after.namespace === namespace ? after.name : '',
          );
    for (const row of rows) yield this.#object(row)!;
  }

  /** Everything kept under a namespace, of any resource. */
  listContents(namespace: string): StoredObject[] {
    return this.#statements.contents.all(namespace).map((row) => this.#object(row)!);
  }

  dependents(ownerUid: string): StoredObject[] {
    return this.#statements.dependents.all(ownerUid).map((row) => this.#object(row)!);
  }

  /** Uids that some object names as its owner and that no object has. */
  missingOwners(): string[] {
    return this.#statements.missingOwners.all().map((row) => String(row.owner_uid));
  }

  /** Objects whose deletion has begun. */
  terminating(): StoredObject[] {
    return this.#statements.terminating.all().map((row) => this.#object(row)!);
  }

  /** Up to `limit` events of the resource after `version`, and not much above 4 MiB, oldest first; `more` when there are others. */
  events(resource: string, version: number, limit: number): { events: StoredEvent[]; more: boolean } {
    const events: StoredEvent[] = [];
    let bytes = 0;
    for (const row of this.#statements.events.iterate(resource, version, limit)) {
      const event = this.#event(row);
      events.push(event);
      bytes += event.body.length;
      if (bytes >= maxPageBytes) return { events, more: true };
    }
    return { events, more: events.length === limit };
  }

  /** The newest event of the object before `version` that the log still has. */
  eventBefore(resource: string, namespace: string, name: string, version: number): StoredEvent | undefined {
    const row = this.#statements.eventBefore.get(resource, namespace, name, version);
    return row && this.#event(row);
  }

  #event(row: Row): StoredEvent {
    const body = this.#body(row);
    return {
      version: Number(row.version),
      resource: String(row.resource),
      type: row.type as StoredEvent['type'],
      namespace: String(row.namespace),
      name: String(row.name),
      labels: JSON.parse(String(row.labels)) as Labels,
      previousLabels:
        row.previous_labels === null ? undefined : (JSON.parse(String(row.previous_labels)) as Labels),
      body,
    };
  }

  insert(resource: string, object: AnyObject): StoredObject {
    const stored = this.#encode(resource, object);
    const labels = JSON.stringify(stored.labels);
    this.#statements.insert.run(
      resource,
      stored.namespace,
      stored.name,
      stored.uid,
      stored.version,
      labels,
      stored.body,
      rowChecksum({ ...stored, labels }),
    );
    this.#setOwners(object);
    this.#append('ADDED', stored, undefined, object);
    return stored;
  }

  replace(before: StoredObject, object: AnyObject): StoredObject {
    const stored = this.#encode(before.resource, object);
    const labels = JSON.stringify(stored.labels);
    const { uid, namespace, name } = before;
    const checksum = rowChecksum({ ...stored, labels, uid, namespace, name });
    this.#statements.update.run(stored.version, labels, stored.body, checksum, uid);
    this.#statements.removeOwners.run(before.uid);
    this.#setOwners(object);
    this.#append('MODIFIED', stored, before, object);
    return stored;
  }

  /** Takes the object away; the event carries `object`, its last state, at the version of the deletion. */
  remove(before: StoredObject, object: AnyObject): StoredObject {
    const stored = this.#encode(before.resource, object);
    this.#statements.remove.run(before.uid);
    this.#statements.removeOwners.run(before.uid);
    this.#append('DELETED', stored, before, object);
    return stored;
  }

  mark(): number {
    return this.#changes.length;
  }

  /** Forgets the changes since the mark; the caller has undone them in the database. */
  rewind(mark: number): void {
    this.#version -= this.#changes.length - mark;
    this.#changes.length = mark;
  }

  /** The changes of the running transaction that came after the mark. */
  changesSince(mark: number): readonly Change[] {
    return this.#changes.slice(mark);
  }

  /** The last thing before COMMIT. @param tight keeps little of the history, since there is no room */
  seal(tight = false): void {
    if (this.#changes.length === 0) return;
    this.#statements.setCounter.run(this.#version, 'version');
    for (const { event } of this.#changes) this.#historyBytes += event.body.length;
    const events = tight ? Math.min(tightHistory, this.#historyEvents) : this.#historyEvents;
    const excess = this.#version - this.#compacted - events;
    const upTo = excess > events / 10 ? this.#version - events : this.#compacted;
    this.#compact(this.#historyBytes > maxHistoryBytes ? Math.max(upTo, this.#byBytes()) : upTo);
  }

  /** The version up to which the log has to go for half of what it may hold to be free again; the newest events stay. */
  #byBytes(): number {
    let kept = 0;
    for (const { version, size } of this.#statements.sizes.iterate()) {
      kept += Number(size);
      if (kept > maxHistoryBytes / 2) return Math.min(Number(version), this.#version - this.#changes.length);
    }
    return this.#compacted;
  }

  #compact(upTo: number): void {
    if (upTo <= this.#compacted) return;
    this.#statements.compact.run(upTo);
    this.#statements.setCounter.run(upTo, 'compacted');
    this.#historyBytes = this.#sumHistory();
  }

  #sumHistory(): number {
    return Number(this.#statements.historyBytes.get()?.bytes ?? 0);
  }

  /** The first thing after COMMIT: the transaction's changes. */
  take(): Change[] {
    const changes = this.#changes;
    this.#changes = [];
    if (changes.length > 0) this.#compacted = Number(this.#statements.counter.get('compacted')?.value);
    return changes;
  }

  #encode(resource: string, object: AnyObject): StoredObject {
    const version = this.#version + 1;
    object.metadata.resourceVersion = String(version);
    return {
      resource,
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name ?? '',
      uid: object.metadata.uid ?? '',
      version,
      labels: object.metadata.labels ?? {},
      body: JSON.stringify(object),
    };
  }

  #append(
    type: StoredEvent['type'],
    stored: StoredObject,
    before: StoredObject | undefined,
    object: AnyObject,
  ): void {
    const { version, resource, namespace, name, labels, body } = stored;
    const row = { version, resource, type, namespace, name, labels: JSON.stringify(labels), body };
    const previous = before === undefined ? null : JSON.stringify(before.labels);
    this.#statements.append.run(
      version,
      resource,
      type,
      namespace,
      name,
      row.labels,
      previous,
      body,
      rowChecksum({ ...row, previous_labels: previous }),
    );
    this.#version = version;
    this.#changes.push({
      event: {
        ...{ version, resource, type, namespace, name, labels, body },
        previousLabels: before?.labels,
        previousBody: before?.body,
      },
      object,
    });
  }

  #setOwners(object: AnyObject): void {
    for (const owner of object.metadata.ownerReferences ?? []) {
      this.#statements.addOwner.run(owner.uid, object.metadata.uid ?? '');
    }
  }

  #object(row: Row | undefined): StoredObject | undefined {
    if (row === undefined) return undefined;
    const body = this.#body(row);
    return {
      resource: String(row.resource),
      namespace: String(row.namespace),
      name: String(row.name),
      uid: String(row.uid),
      version: Number(row.version),
      labels: JSON.parse(String(row.labels)) as Labels,
      body,
    };
  }

  #body(row: Row): string {
    if (rowChecksum(row as unknown as ChecksummedRow) !== row.checksum) {
      throw corrupt(this.#path, `${row.resource} ${row.namespace}/${row.name} does not have its checksum`);
    }
    return String(row.body);
  }
}

function prepare(statement: (sql: string) => StatementSync) {
  const columns = 'resource, namespace, name, uid, version, labels, body, checksum';
  return {
    counter: statement('SELECT value FROM counters WHERE name = ?'),
    setCounter: statement('UPDATE counters SET value = ? WHERE name = ?'),
    get: statement(`SELECT ${columns} FROM objects WHERE resource = ? AND namespace = ? AND name = ?`),
    getByUid: statement(`SELECT ${columns} FROM objects WHERE uid = ?`),
    keyOfUid: statement('SELECT resource, namespace, name FROM objects WHERE uid = ?'),
    has: statement('SELECT 1 FROM objects WHERE resource = ? AND namespace = ? AND name = ?'),
    list: statement(
      `SELECT ${columns} FROM objects WHERE resource = ? AND (namespace, name) > (?, ?) ORDER BY namespace, name`,
    ),
    listNamespace: statement(
      `SELECT ${columns} FROM objects WHERE resource = ? AND namespace = ? AND name > ? ORDER BY name`,
    ),
    contents: statement(`SELECT ${columns} FROM objects WHERE namespace = ? ORDER BY id`),
    dependents: statement(
      `SELECT ${columns} FROM objects WHERE uid IN (SELECT dependent_uid FROM owners WHERE owner_uid = ?) ORDER BY id`,
    ),
    missingOwners: statement(
      'SELECT DISTINCT owner_uid FROM owners WHERE owner_uid NOT IN (SELECT uid FROM objects) ORDER BY owner_uid',
    ),
    terminating: statement(
      `SELECT ${columns} FROM objects WHERE json_extract(body, '$.metadata.deletionTimestamp') IS NOT NULL ORDER BY id`,
    ),
    insert: statement(`INSERT INTO objects (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
    update: statement('UPDATE objects SET version = ?, labels = ?, body = ?, checksum = ? WHERE uid = ?'),
    remove: statement('DELETE FROM objects WHERE uid = ?'),
    addOwner: statement('INSERT OR IGNORE INTO owners VALUES (?, ?)'),
    removeOwners: statement('DELETE FROM owners WHERE dependent_uid = ?'),
    append: statement(
      'INSERT INTO events (version, resource, type, namespace, name, labels, previous_labels, body, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    events: statement('SELECT * FROM events WHERE resource = ? AND version > ? ORDER BY version LIMIT ?'),
    eventBefore: statement(
      'SELECT * FROM events WHERE resource = ? AND namespace = ? AND name = ? AND version < ? ORDER BY version DESC LIMIT 1',
    ),
    span: statement('SELECT min(version) AS oldest, max(version) AS newest FROM events'),
    sizes: statement('SELECT version, octet_length(body) AS size FROM events ORDER BY version DESC'),
    historyBytes: statement('SELECT sum(octet_length(body)) AS bytes FROM events'),
    compact: statement('DELETE FROM events WHERE version <= ?'),
  };
}
