import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { isKubeError } from '../error.ts';
import { apiVersionOf } from '../resource.ts';
import type { StoredObject } from '../store/object-table.ts';
import type { BodyWatch } from '../store/store-client.ts';
import { statusOf } from '../wire/status.ts';
import { type Presentation, presentObject, presentTable, servedBody } from './response-body.ts';

export interface WatchStreamOptions {
  presentation: Presentation;
  initial: StoredObject[];
  stream: BodyWatch;
  /** Send BOOKMARKs: after the objects present at the start, and at intervals when nothing else tells the version. */
  bookmarks: boolean;
  /** Mark the end of the objects present at the start, as `sendInitialEvents` demands. */
  markInitialEnd: boolean;
  bookmarkIntervalMs: number;
  /** A reader that takes nothing for so long is dropped. */
  stallTimeoutMs: number;
  clock: Clock;
  signal: AbortSignal;
}

const initialEventsEnd = { 'k8s.io/initial-events-end': 'true' };

function eventLine(type: string, body: string): string {
  return `{"type":"${type}","object":${body}}\n`;
}

/** Events as lines, in the representation that was asked for. */
class EventWriter {
  readonly #how: Presentation;
  #columnsTold = false;

  constructor(how: Presentation) {
    this.#how = how;
  }

  line(type: string, body: string): string {
    if (this.#how.representation.as !== 'Table') return eventLine(type, presentObject(this.#how, body));
    const table = presentTable(this.#how, [servedBody(this.#how.resource, body)], {}, !this.#columnsTold);
    this.#columnsTold = true;
    return eventLine(type, table);
  }

  bookmark(version: number, annotations?: Record<string, string>): string {
    const { resource, representation } = this.#how;
    const resourceVersion = String(version);
    if (representation.as === 'Table') {
      return eventLine('BOOKMARK', presentTable(this.#how, [], { resourceVersion }, false));
    }
    const metadata = { resourceVersion, ...(annotations && { annotations }) };
    const partial = representation.as === 'PartialObjectMetadata';
    const kind = partial ? representation.as : resource.kind;
    const apiVersion = partial ? representation.apiVersion : apiVersionOf(resource);
    return eventLine('BOOKMARK', JSON.stringify({ kind, apiVersion, metadata }));
  }
}

/**
 * Writes a watch as one JSON event a line until the signal aborts. A reader that does not read holds it up, not the store,
 * and is cut off in the end.
 */
export async function streamWatch(response: ServerResponse, options: WatchStreamOptions): Promise<void> {
  const { stream, clock, signal, presentation } = options;
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const writer = new EventWriter(presentation);
  let told = -1;
  let cancelTimer = () => {};
  const bookmark = (annotations?: Record<string, string>) => {
    if (stream.position === told && !annotations) return;
    told = stream.position;
    response.write(writer.bookmark(told, annotations));
  };
  const schedule = () => {
    cancelTimer = clock.setTimer(() => {
      if (!response.writableNeedDrain) bookmark();
      schedule();
    }, options.bookmarkIntervalMs);
  };
  const send = async (line: string) => {
    if (response.write(line) || signal.aborted) return;
    if (!(await drained(response, signal, clock, options.stallTimeoutMs))) response.destroy();
  };
  try {
    for (const stored of options.initial) {
      if (response.destroyed) return;
      await send(writer.line('ADDED', stored.body));
    }
    const events = stream.events(signal);
    if (options.markInitialEnd) bookmark(initialEventsEnd);
    if (options.bookmarks) {
      if (options.initial.length > 0) bookmark();
      schedule();
    }
    for await (const event of events) {
      told = event.version;
      await send(writer.line(event.type, event.body));
      if (response.destroyed) return;
    }
  } catch (error) {
    if (!isKubeError(error, 'StoreClosed'))
      response.write(eventLine('ERROR', JSON.stringify(statusOf(error))));
  } finally {
    cancelTimer();
    response.end();
  }
}

/** Waits until the reader has taken what was written; false when it took too long. */
async function drained(
  response: ServerResponse,
  signal: AbortSignal,
  clock: Clock,
  timeoutMs: number,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const done = () => resolve(true);
  const cancel = clock.setTimer(() => resolve(false), timeoutMs);
  response.once('drain', done);
  signal.addEventListener('abort', done, { once: true });
  const inTime = await promise;
  cancel();
  response.removeListener('drain', done);
  signal.removeEventListener('abort', done);
  return inTime;
}
