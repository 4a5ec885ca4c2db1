import { Readable } from 'node:stream';
import { collect } from '@assay/oci';

/**
 * The content of a tar's first entry; undefined when the bytes are no tar. Untrusted bytes enter here: nothing is
 * written anywhere, and nothing after the first entry is read.
 */
export async function firstTarEntry(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const { extract } = await import('tar-stream');
  const archive = Readable.from([bytes]).pipe(extract());
  try {
    for await (const entry of archive)
      return await collect(
        entry as AsyncIterable<Uint8Array>,
        bytes.byteLength,
        () => new Error('a tar ends before its entry does'),
      );
  } catch {
    return undefined;
  } finally {
    archive.destroy();
  }
  return undefined;
}
