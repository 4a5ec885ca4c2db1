import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

const batch = 48;
const low = 16;

/** One container's output: a pipe with a name for the guard to open. */
export interface OutputPipe {
  path: string;
  /** Resolves when all was read; call once no process can write any more. */
  drained(): Promise<void>;
  /** Reads no more for a while: who writes has to wait once the pipe is full. */
  hold(held: boolean): void;
  /** Reads no more, whoever may still write. */
  close(): void;
}

/** A process's input: a pipe with a name for the guard to open. */
export interface InputPipe {
  path: string;
  writer: Writable;
  /** To be called when the process has the pipe open: from then on its end is the writer's. */
  opened(): void;
  /** Once the process has ended. */
  close(): void;
}

/**
 * Named pipes made ahead, each used once. They are real pipes, unlike the sockets Node gives its children, so that a
 * step may open `/dev/stdout` again, as shell scripts do.
 */
export class OutputPipes {
  readonly #dir: string;
  readonly #stock: string[] = [];
  #made = 0;
  #making = false;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** @param onOutput gets what is written, in order; untrusted bytes */
  open(onOutput: (chunk: Uint8Array) => void): OutputPipe {
    const path = this.#take();
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    // Without a writer of our own the pipe would read as ended until the container opens it.
    const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const socket = new Socket({ fd: reader, readable: true, writable: false });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('data', onOutput);
    socket.on('error', () => {});
    let open = true;
    return {
      path,
      drained: () => {
        if (open) {
          open = false;
          closeSync(writer);
          unlinkSync(path);
        }
        return closed;
      },
      hold: (held) => void (held ? socket.pause() : socket.resume()),
      close: () => socket.destroy(),
    };
  }

  /** A pipe in the other direction. */
  openInput(): InputPipe {
    const path = this.#take();
    // Without a reader of our own, opening it for writing would be refused.
    let reader: number | undefined = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    const writer = new Socket({ fd, readable: false, writable: true });
    writer.on('error', () => {});
    const opened = () => {
      if (reader === undefined) return;
      closeSync(reader);
      reader = undefined;
      unlinkSync(path);
    };
    return {
      path,
      writer,
      opened,
      close: () => {
        opened();
        writer.destroy();
      },
    };
  }

  #take(): string {
    if (this.#stock.length === 0) {
      const paths = this.#names();
      execFileSync('mkfifo', ['-m', '666', ...paths]);
      this.#stock.push(...paths);
    }
    const path = this.#stock.pop() as string;
    if (this.#stock.length < low) this.refill();
    return path;
  }

  /** Makes more in the background. */
  refill(): void {
    if (this.#making) return;
    this.#making = true;
    const paths = this.#names();
    const child = spawn('mkfifo', ['-m', '666', ...paths], { stdio: 'ignore' });
    child.unref();
    child.once('error', () => {
      this.#making = false;
    });
    child.once('close', (code) => {
      this.#making = false;
      if (code === 0) this.#stock.push(...paths);
    });
  }

  #names(): string[] {
    return Array.from({ length: batch }, () => {
      this.#made += 1;
      return join(this.#dir, String(this.#made));
    });
  }
}
