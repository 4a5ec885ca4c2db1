/** One line of a container's log. */
export interface LogLine {
  time: Date;
  /** Without its newline; untrusted bytes, decoded as UTF-8. */
  text: string;
  /** False for a piece of a line that was flushed before its newline came. */
  complete: boolean;
  stream: LogStream;
}

/** Which of a process's streams a line came from. */
export type LogStream = 'stdout' | 'stderr';

const newline = 0x0a;
/** A longer line is kept in pieces, as container runtimes do. */
const longestPiece = 16 * 1024;

/**
 * Turns a byte stream into the log format of Kubernetes' container runtimes (`<RFC 3339> stdout F <text>`; `P`
 * instead of `F` marks a piece whose line goes on), so that kubelet's readers can read our files.
 */
export class LineEncoder {
  #rest: Buffer = Buffer.alloc(0);
  readonly #clock: () => Date;
  readonly #stream: LogStream;

  constructor(clock: () => Date, stream: LogStream = 'stdout') {
    this.#clock = clock;
    this.#stream = stream;
  }

  /** The lines that `chunk` completes; an unfinished one waits for the next chunk. */
  push(chunk: Uint8Array): Buffer {
    const data = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const prefix = `${this.#clock().toISOString()} ${this.#stream} `;
    const out: Buffer[] = [];
    let start = 0;
    for (let end = data.indexOf(newline); end >= 0; end = data.indexOf(newline, start)) {
      start = encodePieces(out, prefix, data, start, end);
      out.push(Buffer.from(`${prefix}F `), data.subarray(start, end + 1));
      start = end + 1;
    }
    start = encodePieces(out, prefix, data, start, data.length);
    this.#rest = data.subarray(start);
    return Buffer.concat(out);
  }

  /** What was left without a newline at the end. */
  end(): Buffer {
    if (this.#rest.length === 0) return this.#rest;
    const line = Buffer.concat([
      Buffer.from(`${this.#clock().toISOString()} ${this.#stream} P `),
      this.#rest,
      Buffer.from('\n'),
    ]);
    this.#rest = Buffer.alloc(0);
    return line;
  }
}

function encodePieces(out: Buffer[], prefix: string, data: Buffer, start: number, end: number): number {
  let at = start;
  while (end - at > longestPiece) {
    out.push(Buffer.from(`${prefix}P `), data.subarray(at, at + longestPiece), Buffer.from('\n'));
    at += longestPiece;
  }
  return at;
}

/** The reverse for one stored line, given without its newline; undefined for one that is torn. */
export function parseLine(line: string): LogLine | undefined {
  const match = /^(\S+) (stdout|stderr) ([FP]) (.*)$/s.exec(line);
  if (!match) return undefined;
  return {
    time: new Date(match[1]!),
    complete: match[3] === 'F',
    text: match[4]!,
    stream: match[2] as LogStream,
  };
}
