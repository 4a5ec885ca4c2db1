import type { PodLogOptions } from '@assay/kube';
import type { LogLine } from '../logs/cri-format.ts';
import type { LogStore, LogTarget } from '../logs/log-store.ts';

/** The log of one container as text: what it printed, narrowed by the options. Untrusted. */
export async function* readPodLog(
  logs: LogStore,
  target: LogTarget,
  options: PodLogOptions = {},
): AsyncGenerator<string> {
  const { follow, tailLines, timestamps = false, limitBytes = Number.POSITIVE_INFINITY } = options;
  const skip =
    tailLines === undefined ? 0 : Math.max(0, (await countLines(logs, target, options)) - tailLines);
  let line = 0;
  let left = limitBytes;
  let begins = true;
  for await (const piece of logs.read(target, follow ? { follow } : {})) {
    if (!isWanted(piece, options)) continue;
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

function isWanted({ time, stream }: LogLine, options: PodLogOptions): boolean {
  return !(options.since && time < options.since) && (options.stream ?? stream) === stream;
}

/** The lines that are wanted, an unfinished last one included. */
async function countLines(logs: LogStore, target: LogTarget, options: PodLogOptions): Promise<number> {
  let lines = 0;
  let last: LogLine | undefined;
  for await (const piece of logs.read(target)) {
    if (!isWanted(piece, options)) continue;
    if (piece.complete) lines += 1;
    last = piece;
  }
  return last && !last.complete ? lines + 1 : lines;
}

function within(text: string, bytes: number): string {
  return Buffer.byteLength(text) <= bytes ? text : Buffer.from(text).subarray(0, bytes).toString();
}
