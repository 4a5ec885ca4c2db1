import { open, rename, rm, stat } from 'node:fs/promises';

export interface AuditLogOptions {
  /** The file that lines are appended to; older ones are `<path>.1` (the newest of them), `<path>.2`, ... */
  path: string;
  /** A file that has grown to this is put aside. @default 16 MiB */
  maxBytes?: number;
  /** How many that were put aside are kept. @default 5 */
  keep?: number;
  /** How many lines may wait in memory; what comes beyond is dropped, and its number told in the log. @default 20000 */
  maxWaiting?: number;
  /** Told when the file cannot be written; lines are dropped then, and requests go on. @default ignored */
  onError?: (error: unknown) => void;
}

/** A log that requests do not wait for. */
export interface AuditLog {
  write(event: object): void;
  /** Events that were not written. */
  readonly dropped: number;
  /** Resolves when what was given is in the file. */
  close(): Promise<void>;
}

/** Opens a log of JSON lines that only its owner can read. Writes are gathered, and bounded in memory. */
export function openAuditLog(options: AuditLogOptions): AuditLog {
  const { path, maxBytes = 16 * 1024 * 1024, keep = 5, maxWaiting = 20_000, onError = () => {} } = options;
  let waiting: string[] = [];
  let writing: Promise<void> | undefined;
  let size: number | undefined;
  let dropped = 0;
  let told = 0;

  const rotate = async (): Promise<void> => {
    await rm(`${path}.${keep}`, { force: true });
    for (let number = keep - 1; number >= 0; number--) {
      const from = number === 0 ? path : `${path}.${number}`;
      await rename(from, `${path}.${number + 1}`).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
    size = 0;
  };

  const append = async (lines: string[]): Promise<void> => {
    size ??= await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size >= maxBytes) await rotate();
    const text = lines.join('');
    const file = await open(path, 'a', 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    size! += Buffer.byteLength(text);
  };

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      if (dropped > told) {
        lines.push(`${JSON.stringify({ kind: 'DroppedEvents', count: dropped - told })}\n`);
        told = dropped;
      }
      try {
        await append(lines);
      } catch (error) {
        dropped += lines.length;
        onError(error);
      }
    }
  };

  return {
    get dropped() {
      return dropped;
    },
    write(event) {
      if (waiting.length >= maxWaiting) {
        dropped++;
        return;
      }
      waiting.push(`${JSON.stringify(event)}\n`);
      // Lines of the same turn go together.
      writing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(drain).finally(() => {
        writing = undefined;
      });
    },
    async close() {
      while (writing) await writing;
    },
  };
}
