import { KubeError } from '../error.ts';
import type { Database } from './database.ts';
import type { Change, ObjectTable } from './object-table.ts';
import { fromSqlite } from './sqlite-error.ts';

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
  readonly #database: Database;
  readonly #table: ObjectTable;
  readonly #publish: (changes: Change[]) => void;
  #queue: Request[] = [];
  #scheduled = false;
  #closed = false;

  constructor(database: Database, table: ObjectTable, publish: (changes: Change[]) => void) {
    this.#database = database;
    this.#table = table;
    this.#publish = publish;
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
    let outcomes = this.#transact(batch);
    if (!Array.isArray(outcomes)) {
      const { error } = outcomes;
      outcomes = batch.map((request) => {
        if (batch.length === 1) return { error };
        const alone = this.#transact([request]);
        return Array.isArray(alone) ? alone[0]! : alone;
      });
    }
    for (const [index, request] of batch.entries()) {
      const outcome = outcomes[index]!;
      if ('error' in outcome) request.reject(outcome.error);
      else request.resolve(outcome.value);
    }
  }

  /** What came of each request, or the one error for which the transaction as a whole did not happen. */
  #transact(batch: Request[]): Outcome[] | { error: unknown } {
    const { db, path } = this.#database;
    let outcomes: Outcome[];
    try {
      db.exec('BEGIN IMMEDIATE');
      outcomes = batch.map((request) => this.#attempt(request));
      this.#table.seal();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      this.#table.rewind(0);
      return { error: fromSqlite(error, path) };
    }
    this.#publish(this.#table.take());
    return outcomes;
  }

  #attempt(request: Request): Outcome {
    const { db, path } = this.#database;
    const mark = this.#table.mark();
    db.exec('SAVEPOINT request');
    try {
      const value = request.work();
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

function closed(): KubeError {
  return new KubeError('StoreClosed', 'the store is closed');
}
