import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WrittenLayer } from '@assay/oci';

interface LayerRecord extends WrittenLayer {
  key: string;
}

export interface CachedLayer extends WrittenLayer {
  path: string;
}

/**
 * Built layers on disk: for each layer of each image the latest one, with the key it was built for. Every step
 * that others can see is a rename, so that a killed or a second process does no harm.
 */
export class LayerCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The layer built for this key, or undefined. */
  async find(slot: string, key: string): Promise<CachedLayer | undefined> {
    const record = await this.#read(slot);
    if (record?.key !== key) return undefined;
    const path = this.#blob(record.descriptor.digest);
    const present = await stat(path).catch(() => undefined);
    if (present?.size !== record.descriptor.size) return undefined;
    return { descriptor: record.descriptor, diffId: record.diffId, path };
  }

  /**
   * Builds a layer into its slot; the one that was there before is removed.
   *
   * @param build gets the file to write and an empty scratch directory.
   */
  async fill(
    slot: string,
    key: string,
    build: (output: string, scratch: string) => Promise<WrittenLayer>,
  ): Promise<CachedLayer> {
    for (const name of ['layers', 'blobs', 'tmp'])
      await mkdir(join(this.#directory, name), { recursive: true });
    const scratch = await mkdtemp(join(this.#directory, 'tmp/layer-'));
    try {
      const output = join(scratch, 'layer.tar');
      const { descriptor, diffId } = await build(output, scratch);
      const previous = await this.#read(slot);
      const path = this.#blob(descriptor.digest);
      await rename(output, path);
      const record: LayerRecord = { key, descriptor, diffId };
      await writeFile(join(scratch, 'record'), JSON.stringify(record));
      await rename(join(scratch, 'record'), this.#record(slot));
      if (previous !== undefined && previous.descriptor.digest !== descriptor.digest) {
        await rm(this.#blob(previous.descriptor.digest), { force: true });
      }
      return { descriptor, diffId, path };
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async #read(slot: string): Promise<LayerRecord | undefined> {
    try {
      return JSON.parse(await readFile(this.#record(slot), 'utf8')) as LayerRecord;
    } catch {
      return undefined;
    }
  }

  #record(slot: string): string {
    return join(this.#directory, 'layers', `${slot}.json`);
  }

  #blob(digest: string): string {
    return join(this.#directory, 'blobs', digest.replace(':', '-'));
  }
}
