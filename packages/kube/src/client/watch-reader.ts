import type { IncomingMessage } from 'node:http';
import { KubeError } from '../error.ts';
import type { KubeObject } from '../object.ts';
import { errorFromStatus } from '../wire/status.ts';
import type { WatchEvent } from './client.ts';

/**
 * The events of one watch response, to its end; a connection that breaks is an end. Throws `Expired` and whatever else
 * an ERROR event says.
 */
export async function* readWatch<T extends KubeObject>(
  response: IncomingMessage,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  response.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of response) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield parseEvent<T>(line);
    }
  } catch (error) {
    if (error instanceof KubeError) throw error;
  } finally {
    response.destroy();
  }
}

function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  const event = JSON.parse(line) as { type: string; object: T };
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: event.type, object: event.object };
    case 'BOOKMARK':
      return { type: 'BOOKMARK', resourceVersion: event.object.metadata.resourceVersion ?? '' };
    default:
      throw errorFromStatus(event.object, 500);
  }
}
