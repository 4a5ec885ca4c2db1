import { KubeError } from '../error.ts';
import type { Selection } from '../selector/selection.ts';
import type { ObjectReader } from './object-reader.ts';
import type { ObjectTable, StoredEvent } from './object-table.ts';

/** How many events wait in memory for one watcher; beyond that it reads on from the log. */
const maxBuffered = 1024;
const maxBufferedBytes = 8 * 1024 * 1024;
/** How many events are read from the log at once. */
const pageSize = 256;

/** Hands committed events to the watchers. */
export class WatchHub {
  readonly #table: ObjectTable;
  readonly #cursors = new Map<string, Set<WatchCursor>>();
  #closed = false;

  constructor(table: ObjectTable) {
    this.#table = table;
  }

  /** A cursor over the events of the reader's resource after `version`. Close it when done. */
  open(reader: ObjectReader, selection: Selection, version: number): WatchCursor {
    const cursors = this.#cursors.get(reader.watched) ?? new Set();
    this.#cursors.set(reader.watched, cursors);
    const cursor: WatchCursor = new WatchCursor(this.#table, reader, selection, version, () =>
      cursors.delete(cursor),
    );
    if (this.#closed) cursor.end();
    else cursors.add(cursor);
    return cursor;
  }

  /** How many watches are open. */
  get watchers(): number {
    let count = 0;
    for (const cursors of this.#cursors.values()) count += cursors.size;
    return count;
  }

  publish(event: StoredEvent): void {
    for (const cursor of this.#cursors.get(event.resource) ?? []) cursor.offer(event);
  }

  /** Ends every watch with `StoreClosed`. */
  close(): void {
    this.#closed = true;
    for (const cursors of this.#cursors.values()) for (const cursor of cursors) cursor.end();
  }
}

/** An event as a watcher with a selector sees it. */
export interface SelectedEvent {
  type: StoredEvent['type'];
  version: number;
  body: string;
}

/**
 * What the selection makes of an event: an object that comes to match appears as ADDED, one that ceases to match
 * as DELETED.
 */
export function selectEvent(event: StoredEvent, selection: Selection): SelectedEvent | undefined {
  if (!selection.matchesKey(event)) return undefined;
  const { version, body } = event;
  const gone = event.type === 'DELETED';
  const fields = selection.matchesBody(body);
  const before = event.previousLabels !== undefined && selection.matchesLabels(event.previousLabels);
  // Where it is not known what the fields were before, it is said of a changed object that does not match that it went.
  const hadFields =
    event.previousBody === undefined ? fields || !gone : selection.matchesBody(event.previousBody);
  const was = before && hadFields;
  const is = !gone && fields && selection.matchesLabels(event.labels);
  if (was && is) return { type: 'MODIFIED', version, body };
  if (is) return { type: 'ADDED', version, body };
  if (was) return { type: 'DELETED', version, body };
  return undefined;
}

/**
 * One watcher's place in the history. It starts behind, reads the log up to the present, and is then fed by the
 * hub; a watcher that is too slow for its buffer falls behind again, so a stuck reader costs no memory.
 */
export class WatchCursor {
  readonly #table: ObjectTable;
  readonly #reader: ObjectReader;
  readonly #selection: Selection;
  readonly #onClose: () => void;
  #buffer: StoredEvent[] = [];
  #bufferedBytes = 0;
  #behind = true;
  #read: number;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(
    table: ObjectTable,
    reader: ObjectReader,
    selection: Selection,
    version: number,
    onClose: () => void,
  ) {
    this.#table = table;
    this.#reader = reader;
    this.#selection = selection;
    this.#read = version;
    this.#onClose = onClose;
  }

  /** Everything up to this version has been delivered, or does not concern this watch. */
  get position(): number {
    if (!this.#behind && this.#buffer.length === 0) return this.#table.version;
    return this.#read;
  }

  offer(event: StoredEvent): void {
    if (!this.#behind) {
      if (this.#buffer.length < maxBuffered && this.#bufferedBytes < maxBufferedBytes) {
        this.#buffer.push(event);
        this.#bufferedBytes += sizeOf(event);
      } else {
        this.#behind = true;
        this.#buffer = [];
        this.#bufferedBytes = 0;
      }
    }
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The events, until the signal aborts. Throws `Expired` when the log no longer reaches back, or `StoreClosed`. */
  async *events(signal?: AbortSignal): AsyncGenerator<SelectedEvent, void, undefined> {
    const onAbort = () => this.#wake?.();
    signal?.addEventListener('abort', onAbort);
    try {
      while (!signal?.aborted) {
        if (this.#ended) throw new KubeError('StoreClosed', 'the store was closed');
        const event = this.#take();
        if (event) {
          for (const one of this.#reader.expand?.(event) ?? [event]) {
            const selected = selectEvent(one, this.#selection);
            if (selected) yield selected;
          }
        } else {
          const { promise, resolve } = Promise.withResolvers<void>();
          this.#wake = resolve;
          await promise;
          this.#wake = undefined;
        }
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#onClose();
    }
  }

  #take(): StoredEvent | undefined {
    if (this.#behind && this.#buffer.length === 0) this.#catchUp();
    const event = this.#buffer.shift();
    if (event) {
      this.#read = event.version;
      this.#bufferedBytes -= sizeOf(event);
    }
    return event;
  }

  #catchUp(): void {
    if (this.#read < this.#table.compacted) throw expired(this.#read, this.#table.compacted);
    const { events, more } = this.#table.events(this.#reader.watched, this.#read, pageSize);
    this.#buffer = events;
    this.#bufferedBytes = events.reduce((sum, event) => sum + sizeOf(event), 0);
    // The last page leaves nothing out: nothing is committed between reading it and the next offer.
    this.#behind = more;
  }
}

function sizeOf({ body, previousBody = '' }: StoredEvent): number {
  return body.length + previousBody.length;
}

/** 410: the version asked for is no longer in the log. */
export function expired(version: number, compacted: number): KubeError {
  return new KubeError('Expired', `too old resource version: ${version} (${compacted + 1})`, {
    hint: 'list again, and watch from the version of that list',
  });
}
