import { type FileHandle, open } from 'node:fs/promises';
import type { DeferredContent } from '@assay/oci';

/**
 * One file on disk that takes the contents of many, so that they need neither memory nor a directory tree while
 * they wait to be put in order.
 */
export class ContentSpool {
  readonly #file: FileHandle;
  #end = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<ContentSpool> {
    return new ContentSpool(await open(path, 'wx+'));
  }

  /** Takes a content in; it can be read as often as needed until the spool is closed. */
  async append(content: AsyncIterable<Uint8Array>): Promise<DeferredContent> {
    const start = this.#end;
    for await (const chunk of content) {
      await this.#file.write(chunk, 0, chunk.length, this.#end);
      this.#end += chunk.length;
    }
    const size = this.#end - start;
    return { size, read: () => this.#read(start, size) };
  }

  async *#read(start: number, size: number): AsyncIterable<Uint8Array> {
    if (size === 0) return;
    const { buffer, bytesRead } = await this.#file.read(Buffer.allocUnsafe(size), 0, size, start);
    yield buffer.subarray(0, bytesRead);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
