import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Descriptor } from '../content.ts';
import { OciError } from '../error.ts';
import { readDescriptor } from '../manifest.ts';
import { mediaTypes, refNameAnnotation } from '../media-types.ts';
import { statFile } from './blob-directory.ts';
import { errorNumber, storageError, writeFileAtomically } from './write-file.ts';

export interface ManifestEntry {
  descriptor: Descriptor;
  /** Digest of the manifest's subject, null for none; undefined until someone asked for referrers. */
  subject?: string | null;
}

/** Manifests in the order they came, and the tags that point at them. */
export interface IndexState {
  manifests: Map<string, ManifestEntry>;
  tags: Map<string, string>;
}

interface PendingUpdate {
  apply: (draft: IndexState) => void;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const layoutFile = '{"imageLayoutVersion":"1.0.0"}';

/**
 * The `index.json` of one repository (image-spec, "Image Layout"): kept in memory, re-read when another program
 * changed the file, written whole and atomically. Updates that arrive together share one write.
 */
export class RepositoryIndex {
  readonly directory: string;
  readonly #file: string;
  #cache: { stamp: string; state: IndexState } | undefined;
  #pending: PendingUpdate[] = [];
  #writing = false;

  /** @param directory the repository's `_layout` directory */
  constructor(directory: string) {
    this.directory = directory;
    this.#file = join(directory, 'index.json');
  }

  /** The current state, not to be changed; undefined where the repository does not exist. @throws OciError `InvalidLayout` */
  async read(): Promise<IndexState | undefined> {
    const stats = await statFile(this.#file);
    if (!stats) {
      this.#cache = undefined;
      return undefined;
    }
    const stamp = `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
    if (this.#cache?.stamp !== stamp) {
      const state = parseIndex(await readFile(this.#file), this.#file);
      keepSubjects(this.#cache?.state, state);
      this.#cache = { stamp, state };
    }
    return this.#cache.state;
  }

  /** Makes an empty layout where there is none. */
  async create(): Promise<void> {
    if (this.#cache || (await statFile(this.#file))) return;
    await mkdir(this.directory, { recursive: true });
    await createFile(join(this.directory, 'oci-layout'), layoutFile);
    await createFile(this.#file, serialise({ manifests: new Map(), tags: new Map() }));
  }

  /**
   * Changes the index; resolves when the change is on disk. `apply` either changes the draft or throws and
   * leaves it alone.
   */
  update(apply: (draft: IndexState) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ apply, resolve, reject });
      if (!this.#writing) void this.#writePending();
    });
  }

  async #writePending(): Promise<void> {
    this.#writing = true;
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      const applied: PendingUpdate[] = [];
      try {
        const current = await this.read();
        const draft: IndexState = { manifests: new Map(current?.manifests), tags: new Map(current?.tags) };
        for (const update of batch) {
          try {
            update.apply(draft);
            applied.push(update);
          } catch (error) {
            update.reject(error);
          }
        }
        if (applied.length > 0) await this.#write(draft);
        for (const update of applied) update.resolve();
      } catch (error) {
        for (const update of batch) update.reject(error);
      }
    }
    this.#writing = false;
  }

  async #write(state: IndexState): Promise<void> {
    await this.create();
    await writeFileAtomically(this.#file, serialise(state));
    const stats = await statFile(this.#file);
    this.#cache = stats && { stamp: `${stats.ino}:${stats.size}:${stats.mtimeNs}`, state };
  }
}

function parseIndex(bytes: Buffer, path: string): IndexState {
  const state: IndexState = { manifests: new Map(), tags: new Map() };
  try {
    const document: { manifests?: unknown } = JSON.parse(bytes.toString('utf8'));
    if (!Array.isArray(document.manifests)) throw new Error('it has no list "manifests"');
    for (const [i, item] of document.manifests.entries()) {
      const { annotations, ...rest } = readDescriptor(item, `manifests[${i}]`);
      const { [refNameAnnotation]: tag, ...others } = annotations ?? {};
      const descriptor = Object.keys(others).length > 0 ? { ...rest, annotations: others } : rest;
      if (!state.manifests.has(rest.digest)) state.manifests.set(rest.digest, { descriptor });
      if (tag !== undefined) state.tags.set(tag, rest.digest);
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OciError('InvalidLayout', `${path} is not the index of an OCI layout: ${why}`, { cause });
  }
  return state;
}

function serialise({ manifests, tags }: IndexState): string {
  const tagsOf = new Map<string, string[]>();
  for (const [tag, digest] of [...tags].sort(([a], [b]) => (a < b ? -1 : 1))) {
    tagsOf.set(digest, [...(tagsOf.get(digest) ?? []), tag]);
  }
  const list: Descriptor[] = [];
  for (const [digest, { descriptor }] of manifests) {
    const names = tagsOf.get(digest);
    if (!names) list.push(descriptor);
    for (const name of names ?? []) {
      list.push({ ...descriptor, annotations: { ...descriptor.annotations, [refNameAnnotation]: name } });
    }
  }
  return JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: list });
}

function keepSubjects(from: IndexState | undefined, to: IndexState): void {
  for (const [digest, entry] of to.manifests) {
    const subject = from?.manifests.get(digest)?.subject;
    if (subject !== undefined) entry.subject = subject;
  }
}

/** Writes a file that appears complete or not at all, and never over an existing one. */
async function createFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, content, { flush: true });
    await link(temporary, path);
  } catch (error) {
    if (errorNumber(error) !== 'EEXIST') throw storageError(error);
  } finally {
    await rm(temporary, { force: true });
  }
}
