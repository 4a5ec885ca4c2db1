import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { isKubeError } from '../error.ts';
import type { ResourceType } from '../object.ts';
import { apiVersionOf } from '../resource.ts';
import type { StoredObject } from '../store/object-table.ts';
import type { BodyWatch } from '../store/store-client.ts';
import { statusOf } from '../wire/status.ts';

export interface WatchStreamOptions {
  resource: ResourceType;
  initial: StoredObject[];
  stream: BodyWatch;
  /** Send BOOKMARKs: after the objects present at the start, and at intervals when nothing else tells the version. */
  bookmarks: boolean;
  bookmarkIntervalMs: number;
  clock: Clock;
  signal: AbortSignal;
}

function eventLine(type: string, body: string): string {
  return `{"type":"${type}","object":${body}}\n`;
}

/** Writes a watch as one JSON event a line until the signal aborts. A reader that does not read holds it up, not the store. */
export async function streamWatch(response: ServerResponse, options: WatchStreamOptions): Promise<void> {
  const { resource, stream, clock, signal } = options;
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  let told = -1;
  let cancelTimer = () => {};
  const bookmark = () => {
    if (stream.position === told) return;
    told = stream.position;
    const metadata = { resourceVersion: String(told) };
    response.write(
      eventLine(
        'BOOKMARK',
        JSON.stringify({ kind: resource.kind, apiVersion: apiVersionOf(resource), metadata }),
      ),
    );
  };
  const schedule = () => {
    cancelTimer = clock.setTimer(() => {
      if (!response.writableNeedDrain) bookmark();
      schedule();
    }, options.bookmarkIntervalMs);
  };
  const send = async (line: string) => {
    if (!response.write(line) && !signal.aborted) await drained(response, signal);
  };
  try {
    for (const stored of options.initial) await send(eventLine('ADDED', stored.body));
    const events = stream.events(signal);
    if (options.bookmarks) {
      if (options.initial.length > 0) bookmark();
      schedule();
    }
    for await (const event of events) {
      told = event.version;
      await send(eventLine(event.type, event.body));
    }
  } catch (error) {
    if (!isKubeError(error, 'StoreClosed'))
      response.write(eventLine('ERROR', JSON.stringify(statusOf(error))));
  } finally {
    cancelTimer();
    response.end();
  }
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => resolve();
  response.once('drain', done);
  signal.addEventListener('abort', done, { once: true });
  return promise.finally(() => {
    response.removeListener('drain', done);
    signal.removeEventListener('abort', done);
  });
}
