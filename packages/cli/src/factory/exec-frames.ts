/** What a frame between the two ends of an exec connection holds. */
export const frameTypes = {
  output: 1,
  error: 2,
  exit: 3,
  input: 4,
  inputEnd: 5,
  resize: 6,
  kill: 7,
} as const;

/** A frame: its type, the length of its content in four bytes, the content. */
export function frame(type: number, content: Uint8Array | string = ''): Buffer {
  const body = Buffer.from(content as string);
  const head = Buffer.alloc(5);
  head.writeUInt8(type, 0);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** Cuts a byte stream into a first line and the frames behind it. */
export class FrameReader {
  readonly #onLine: (line: string) => void;
  readonly #onFrame: (type: number, content: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  #lineSeen = false;

  constructor(onLine: (line: string) => void, onFrame: (type: number, content: Buffer) => void) {
    this.#onLine = onLine;
    this.#onFrame = onFrame;
  }

  push(chunk: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (!this.#lineSeen) {
      const end = this.#rest.indexOf(0x0a);
      if (end < 0) return;
      this.#lineSeen = true;
      const line = this.#rest.toString('utf8', 0, end);
      this.#rest = this.#rest.subarray(end + 1);
      this.#onLine(line);
    }
    while (this.#rest.length >= 5) {
      const length = this.#rest.readUInt32BE(1);
      if (this.#rest.length < 5 + length) return;
      const content = this.#rest.subarray(5, 5 + length);
      const type = this.#rest.readUInt8(0);
      this.#rest = this.#rest.subarray(5 + length);
      this.#onFrame(type, content);
    }
  }
}
