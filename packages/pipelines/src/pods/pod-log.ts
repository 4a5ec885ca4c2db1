import type { LogLine } from '../logs/cri-format.ts';
import type { LogStore, LogTarget } from '../logs/log-store.ts';

/** What `pods/log` may ask for, with Kubernetes' meaning (`v1` PodLogOptions). */
export interface PodLogOptions {
  /** Waits for more until it aborts. */
  follow?: AbortSignal;
  /** The last so many lines of what there is when asked, and what follows. */
  tailLines?: number;
  /** Nothing written earlier. */
  since?: Date;
  /** Each line begins with its time, RFC 3339. */
  timestamps?: boolean;
  /** Ends after so many bytes, in the middle of a line if need be. */
  limitBytes?: number;
}

/** The log of one container as text: what it printed, narrowed by the options. Untrusted. */
export async function* readPodLog(
  logs: LogStore,
  target: LogTarget,
  options: PodLogOptions = {},
): AsyncGenerator<string> {
  const { follow, tailLines, since, timestamps = false, limitBytes = Number.POSITIVE_INFINITY } = options;
  const skip = tailLines === undefined ? 0 : Math.max(0, (await countLines(logs, target, since)) - tailLines);
  let line = 0;
  let left = limitBytes;
  let begins = true;
  for await (const piece of logs.read(target, follow ? { follow } : {})) {
    if (since && piece.time < since) continue;
    const wanted = line >= skip;
    if (piece.complete) line += 1;
    const prefix = timestamps && begins ? `${piece.time.toISOString()} ` : '';
    begins = piece.complete;
    if (!wanted) continue;
    const text = within(`${prefix}${piece.text}${piece.complete ? '\n' : ''}`, left);
    left -= Buffer.byteLength(text);
    if (text !== '') yield text;
    if (left <= 0) return;
  }
}

/** Lines written since, an unfinished last one included. */
async function countLines(logs: LogStore, target: LogTarget, since: Date | undefined): Promise<number> {
  let lines = 0;
  let last: LogLine | undefined;
  for await (const piece of logs.read(target)) {
    if (since && piece.time < since) continue;
    if (piece.complete) lines += 1;
    last = piece;
  }
  return last && !last.complete ? lines + 1 : lines;
}

function within(text: string, bytes: number): string {
  return Buffer.byteLength(text) <= bytes ? text : Buffer.from(text).subarray(0, bytes).toString();
}
