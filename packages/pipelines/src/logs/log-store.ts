import { closeSync, type FSWatcher, mkdirSync, openSync, watch, writeSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LineEncoder, type LogLine, type LogStream, parseLine } from './cri-format.ts';

/** Which container's log. */
export interface LogTarget {
  namespace: string;
  pod: string;
  /** The pod's uid: the TaskRun's. */
  uid: string;
  container: string;
}

export interface LogWriter {
  /** @param stream which of the process's streams it came from; without, both come together as standard output */
  write(chunk: Uint8Array, stream?: LogStream): void;
  /** Writes what is left and closes the file; more than once does nothing. */
  close(): void;
}

/**
 * Logs of containers, kept with the run: one file a container, in kubelet's layout
 * (`<namespace>_<pod>_<uid>/<container>/0.log`) and format, readable while they grow and from any process.
 */
export interface LogStore {
  create(target: LogTarget): LogWriter;
  /**
   * The lines from the first on. With `follow`, waits for more until `follow` aborts, and then ends after the
   * last line that was written. A log that does not exist (yet) is empty.
   */
  read(target: LogTarget, options?: { follow?: AbortSignal }): AsyncIterable<LogLine>;
  /** Removes all logs of a pod. */
  remove(target: Omit<LogTarget, 'container'>): Promise<void>;
}

export function createLogStore(directory: string, clock: () => Date = () => new Date()): LogStore {
  return {
    create(target) {
      const path = logPath(directory, target);
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      const fd = openSync(path, 'a', 0o644);
      const encoders = { stdout: new LineEncoder(clock), stderr: new LineEncoder(clock, 'stderr') };
      let closed = false;
      let lost = 0;
      /** A step's output must not be able to end the runner: what finds no room on the disk is counted. */
      const append = (lines: Buffer) => {
        try {
          writeSync(fd, lines);
        } catch (error) {
          if (!isDiskFull(error)) throw error;
          lost += lines.length;
        }
      };
      return {
        write(chunk, stream = 'stdout') {
          if (!closed) append(encoders[stream].push(chunk));
        },
        close() {
          if (closed) return;
          closed = true;
          append(encoders.stdout.end());
          append(encoders.stderr.end());
          if (lost > 0)
            append(
              encoders.stdout.push(
                Buffer.from(`assay: ${lost} bytes of this log are lost: the disk was full\n`),
              ),
            );
          closeSync(fd);
        },
      };
    },
    read: (target, options) => readLines(logPath(directory, target), options?.follow),
    remove: (target) => rm(podDirectory(directory, target), { recursive: true, force: true }),
  };
}

function isDiskFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function podDirectory(directory: string, target: Omit<LogTarget, 'container'>): string {
  return join(directory, `${target.namespace}_${target.pod}_${target.uid}`);
}

function logPath(directory: string, target: LogTarget): string {
  return join(podDirectory(directory, target), target.container, '0.log');
}

async function* readLines(path: string, follow: AbortSignal | undefined): AsyncGenerator<LogLine> {
  if (follow) mkdirSync(dirname(path), { recursive: true });
  const change = follow ? watchChanges(dirname(path), follow) : undefined;
  let rest: Buffer = Buffer.alloc(0);
  let position = 0;
  const buffer = Buffer.alloc(64 * 1024);
  try {
    for (;;) {
      // Asked before reading: what was written before the end was announced is then surely read.
      const ended = !follow || follow.aborted;
      const file = await open(path, 'r').catch(() => undefined);
      try {
        while (file) {
          const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
          if (bytesRead === 0) break;
          position += bytesRead;
          const data = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
          const last = data.lastIndexOf(0x0a);
          for (const line of data.subarray(0, Math.max(last, 0)).toString('utf8').split('\n')) {
            const parsed = parseLine(line);
            if (parsed) yield parsed;
          }
          rest = data.subarray(last + 1);
        }
      } finally {
        await file?.close();
      }
      if (ended) return;
      await change!.next();
    }
  } finally {
    change?.close();
  }
}

/** `next` resolves when the directory changed since it last did, or the signal aborted. */
function watchChanges(directory: string, signal: AbortSignal): { next(): Promise<void>; close(): void } {
  let changed = false;
  let wake: (() => void) | undefined;
  const notify = () => {
    changed = true;
    wake?.();
  };
  const watcher: FSWatcher = watch(directory, notify);
  signal.addEventListener('abort', notify);
  return {
    async next() {
      if (!changed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      changed = false;
      wake = undefined;
    },
    close() {
      watcher.close();
      signal.removeEventListener('abort', notify);
    },
  };
}
