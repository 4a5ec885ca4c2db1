import { isKubeError, KubeError } from '../error.ts';
import type { Database } from './database.ts';
import type { Change, ObjectTable } from './object-table.ts';
import type { SpaceReserve } from './space-reserve.ts';
import { fromSqlite, fullError } from './sqlite-error.ts';

interface Request {
  work: () => unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

type Outcome = { value: unknown } | { error: unknown };

/** Bounds how long one transaction keeps the event loop. */
const maxBatch = 500;

/**
 * The store's one writer. Requests that arrive before the event loop comes round share a transaction, so that a
 * crowd of writes costs one fsync; a lone write waits for nothing but that. Promises settle only after COMMIT, and
 * a request that fails undoes itself alone.
 */
export class GroupCommit {
  /** Of transactions since the start. */
  readonly statistics = { commits: 0, writes: 0, failures: 0, commitMs: 0 };
  readonly #database: Database;
  readonly #table: ObjectTable;
  readonly #publish: (changes: Change[]) => void;
  readonly #reserve: SpaceReserve | undefined;
  #queue: Request[] = [];
  #scheduled = false;
  #closed = false;

  /** @param reserve what deletions may take when there is no room for anything else */
  constructor(
    database: Database,
    table: ObjectTable,
    publish: (changes: Change[]) => void,
    reserve?: SpaceReserve,
  ) {
    this.#database = database;
    this.#table = table;
    this.#publish = publish;
    this.#reserve = reserve;
  }

  /** Runs `work`, which is synchronous and writes to the table only, in the next transaction. */
  submit<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(closed());
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Runs `work` in a transaction of its own, before anything that waits. */
  runNow(work: () => void): void {
    const outcomes = this.#transact([{ work, resolve() {}, reject() {} }]);
    const outcome = Array.isArray(outcomes) ? outcomes[0]! : outcomes;
    if ('error' in outcome) throw outcome.error;
  }

  /** Refuses further requests, and those that still wait. */
  close(): void {
    this.#closed = true;
    const waiting = this.#queue;
    this.#queue = [];
    for (const request of waiting) request.reject(closed());
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const batch = this.#queue.splice(0, maxBatch);
    if (this.#queue.length > 0) this.#schedule();
    if (batch.length === 0) return;
    const first = this.#transact(batch);
    const outcomes = batch.map((request, index) => {
      const outcome = Array.isArray(first) ? first[index]! : first;
      if (this.#reserve && isOutOfRoom(outcome)) return this.#makeRoomFor(request, this.#reserve);
      // The transaction as a whole failed: it may have been one request's fault.
      return Array.isArray(first) || batch.length === 1 ? outcome : this.#alone(request);
    });
    for (const [index, request] of batch.entries()) {
      const outcome = outcomes[index]!;
      if ('error' in outcome) request.reject(outcome.error);
      else request.resolve(outcome.value);
    }
  }

  /** One request in a transaction of its own. */
  #alone(request: Request): Outcome {
    const outcomes = this.#transact([request]);
    return Array.isArray(outcomes) ? outcomes[0]! : outcomes;
  }

  /** Tries again after what can be done to make room; in the end deletions alone are taken. */
  #makeRoomFor(request: Request, reserve: SpaceReserve): Outcome {
    reserve.shrinkLog();
    const outcome = this.#alone(request);
    if (!isOutOfRoom(outcome) || reserve.released) return outcome;
    reserve.release();
    return this.#alone(request);
  }

  /** What came of each request, or the one error for which the transaction as a whole did not happen. */
  #transact(batch: Request[]): Outcome[] | { error: unknown } {
    const { db, path } = this.#database;
    const { statistics } = this;
    const started = performance.now();
    let outcomes: Outcome[];
    if (this.#reserve?.released) this.#reserve.restore();
    const tight = this.#reserve?.released ?? false;
    try {
      db.exec('BEGIN IMMEDIATE');
      outcomes = batch.map((request) => this.#attempt(request));
      this.#table.seal(tight);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      this.#table.rewind(0);
      statistics.failures++;
      return { error: fromSqlite(error, path) };
    }
    const changes = this.#table.take();
    statistics.commits++;
    statistics.writes += changes.length;
    statistics.commitMs += performance.now() - started;
    this.#publish(changes);
    return outcomes;
  }

  #attempt(request: Request): Outcome {
    const { db, path } = this.#database;
    const mark = this.#table.mark();
    db.exec('SAVEPOINT request');
    try {
      const value = request.work();
      if (this.#reserve?.released && this.#table.changesSince(mark).some(grows)) throw fullError(path);
      db.exec('RELEASE request');
      return { value };
    } catch (error) {
      // SQLite itself ends the transaction on some faults, a full disk among them.
      if (!db.isTransaction) throw error;
      db.exec('ROLLBACK TO request');
      db.exec('RELEASE request');
      this.#table.rewind(mark);
      return { error: fromSqlite(error, path) };
    }
  }
}

/** All but deletions, and what a deletion that has begun brings with it. */
function grows({ event, object }: Change): boolean {
  return event.type !== 'DELETED' && object.metadata.deletionTimestamp === undefined;
}

/** True when SQLite found no room; not for what is refused so that deletions find some. */
function isOutOfRoom(outcome: Outcome): boolean {
  return 'error' in outcome && isKubeError(outcome.error, 'StorageFull') && outcome.error.cause !== undefined;
}

function closed(): KubeError {
  return new KubeError('StoreClosed', 'the store is closed');
}
