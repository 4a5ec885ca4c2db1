import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentStore, Descriptor, PutManifestOptions, StoredManifest } from '../content.ts';
import { computeDigest, isDigest, parseDigest, verifyDigest } from '../digest/digest.ts';
import { verifyStream } from '../digest/verify-stream.ts';
import { isOciError, OciError } from '../error.ts';
import { describeManifest, parseManifest } from '../manifest.ts';
import { maxManifestBytes, refNameAnnotation } from '../media-types.ts';
import { isRepositoryPath, isTag, parseRepository } from '../reference/reference.ts';
import { type BlobContent, BlobDirectory } from './blob-directory.ts';
import { type IndexState, type ManifestEntry, RepositoryIndex } from './repository-index.ts';
import { UploadSessions } from './upload-sessions.ts';
import { errorNumber } from './write-file.ts';

/**
 * Images and artifacts in a directory. Each repository is a complete OCI image layout at
 * `<root>/<repository path>/_layout`, which other tools read as it is (`skopeo copy oci:<dir>:<tag> ...`); equal
 * blobs are on disk once.
 *
 * One process writes to a store at a time; any number may read, and see its changes. Whatever was accepted is
 * there after the end of the process at any moment. After a power cut, tags are whole; content that had not
 * reached the disk reads as `DigestMismatch` and is healed by pushing it again.
 */
export class LayoutStore implements ContentStore {
  readonly root: string;
  /** Uploads in progress, by repository path; what the registry server needs beyond `ContentStore`. */
  readonly uploads: UploadSessions;
  readonly #blobs: BlobDirectory;
  readonly #indexes = new Map<string, RepositoryIndex>();

  /** @param root absolute path of the store's directory; made on the first write */
  constructor(root: string) {
    this.root = root;
    this.#blobs = new BlobDirectory(root);
    this.uploads = new UploadSessions(root);
  }

  /** The directory of the repository's own OCI layout. */
  layoutDirectory(repository: string): string {
    return this.#index(repository).directory;
  }

  async resolve(repository: string, reference: string): Promise<Descriptor> {
    const index = this.#index(repository);
    const state = await index.read();
    const digest = isDigest(reference) ? reference : state?.tags.get(reference);
    const entry = digest === undefined ? undefined : state?.manifests.get(digest);
    if (entry) return entry.descriptor;
    if (digest && state) {
      const unlisted = await this.#unlistedManifest(repository, digest);
      if (unlisted) return unlisted.descriptor;
    }
    throw manifestUnknown(repository, reference);
  }

  async getManifest(repository: string, reference: string): Promise<StoredManifest> {
    const descriptor = await this.resolve(repository, reference);
    try {
      const bytes = await this.#blobs.readAll(pathOf(repository), descriptor.digest);
      return { descriptor, bytes };
    } catch (error) {
      if (!isOciError(error, 'BlobUnknown')) throw error;
      throw manifestUnknown(repository, reference, error);
    }
  }

  async putManifest(
    repository: string,
    reference: string,
    bytes: Uint8Array,
    mediaType: string,
    { replaces }: PutManifestOptions = {},
  ): Promise<Descriptor> {
    const accepts =
      replaces === undefined ? undefined : (current?: string) => current === (replaces ?? undefined);
    const { descriptor } = await this.storeManifest(repository, reference, bytes, { mediaType, accepts });
    return descriptor;
  }

  /**
   * `putManifest` that also gives the subject's digest, sets further `tags`, and stores only if `accepts` says so
   * of the digest that the reference has until then.
   *
   * @throws OciError `ManifestInvalid`, `ManifestTooLarge`, `DigestMismatch` (a digest reference that the bytes do not meet),
   * `BlobUnknown` (config or a layer is not in the repository), `Conflict` (not accepted), `StorageFull`
   */
  async storeManifest(
    repository: string,
    reference: string,
    bytes: Uint8Array,
    options: {
      mediaType?: string | undefined;
      tags?: readonly string[];
      accepts?: ((current: string | undefined) => boolean) | undefined;
    } = {},
  ): Promise<{ descriptor: Descriptor; subject?: string }> {
    const path = pathOf(repository);
    const byDigest = isDigest(reference);
    const tags = [...(byDigest ? [] : [reference]), ...(options.tags ?? [])];
    for (const tag of tags) {
      if (isTag(tag)) continue;
      throw new OciError(
        'InvalidReference',
        `${JSON.stringify(tag.slice(0, 160))} is neither a tag nor a digest`,
      );
    }
    const summary = parseManifest(bytes, options.mediaType);
    const digest = byDigest ? reference : computeDigest(bytes);
    if (byDigest) verifyDigest(bytes, digest, 'the manifest');
    for (const blob of summary.blobs) {
      if (!blob.distributable || blob.embedded || (await this.#blobs.size(path, blob.digest)) !== undefined)
        continue;
      throw new OciError('BlobUnknown', `${path} has no blob ${blob.digest}, which the manifest names`, {
        hint: 'push config and layers before the manifest',
      });
    }
    await this.#putBytes(path, digest, bytes);
    const descriptor = describeManifest(summary, digest, bytes.byteLength);
    const subject = summary.subject?.digest;
    await this.#index(repository).update((draft) => {
      const current = byDigest ? draft.manifests.get(digest)?.descriptor.digest : draft.tags.get(reference);
      if (options.accepts?.(current) === false) {
        throw new OciError('Conflict', `${path}:${reference} was changed meanwhile`, {
          hint: 'read it and try again',
        });
      }
      draft.manifests.set(digest, { descriptor: withoutTagAnnotation(descriptor), subject: subject ?? null });
      for (const tag of tags) draft.tags.set(tag, digest);
    });
    return { descriptor, ...(subject && { subject }) };
  }

  /** By digest, the manifest and every tag of it go; by tag, only the tag. */
  async deleteManifest(repository: string, reference: string): Promise<void> {
    const index = this.#index(repository);
    if (!(await index.read())) throw manifestUnknown(repository, reference);
    await index.update((draft) => removeFromIndex(draft, repository, reference));
    if (isDigest(reference)) await this.#blobs.remove(pathOf(repository), reference);
  }

  async hasBlob(repository: string, digest: string): Promise<boolean> {
    return (await this.blobSize(repository, digest)) !== undefined;
  }

  /** Bytes of a blob; undefined where there is none, or one that was seen to be corrupt and waits to be pushed anew. */
  blobSize(repository: string, digest: string): Promise<number | undefined> {
    return this.#blobs.size(pathOf(repository), digest);
  }

  async getBlob(repository: string, digest: string): Promise<Uint8Array> {
    return await this.#blobs.readAll(pathOf(repository), digest);
  }

  async streamBlob(repository: string, digest: string): Promise<AsyncIterable<Uint8Array>> {
    return (await this.readBlob(repository, digest)).stream;
  }

  /**
   * A blob's size with its content, or with the bytes `start` to `end` (inclusive) that `range` picks by size.
   *
   * @throws OciError `BlobUnknown`, `DigestMismatch`; what `range` throws
   */
  readBlob(
    repository: string,
    digest: string,
    range?: (size: number) => { start: number; end: number },
  ): Promise<BlobContent> {
    return this.#blobs.read(pathOf(repository), digest, range);
  }

  async putBlob(repository: string, content: Uint8Array): Promise<Descriptor> {
    const digest = computeDigest(content);
    await this.#putBytes(pathOf(repository), digest, content);
    return { mediaType: 'application/octet-stream', digest, size: content.byteLength };
  }

  async putBlobStream(
    repository: string,
    content: AsyncIterable<Uint8Array>,
    expected: { digest: string; size: number },
  ): Promise<void> {
    const path = pathOf(repository);
    const { algorithm } = parseDigest(expected.digest);
    if ((await this.#blobs.size(path, expected.digest)) !== undefined) return;
    const id = await this.uploads.start(path, algorithm);
    try {
      await this.finishUpload(repository, id, expected.digest, { content: verifyStream(content, expected) });
    } catch (error) {
      await this.uploads.cancel(path, id).catch(() => {});
      throw error;
    }
  }

  /** Ends an upload of `uploads` and makes its content a blob of the repository. @throws as `UploadSessions.finish` */
  async finishUpload(
    repository: string,
    id: string,
    digest: string,
    source?: { content: AsyncIterable<Uint8Array>; start?: number },
  ): Promise<void> {
    const path = pathOf(repository);
    const commit = async (file: string) => {
      await this.#index(repository).create();
      await this.#blobs.commit(file, path, digest);
    };
    await this.uploads.finish(path, id, digest, commit, source);
  }

  /** @throws OciError `BlobUnknown`; also for a manifest, which `deleteManifest` removes */
  async deleteBlob(repository: string, digest: string): Promise<void> {
    const state = await this.#index(repository).read();
    const removed = !state?.manifests.has(digest) && (await this.#blobs.remove(pathOf(repository), digest));
    if (!removed) throw new OciError('BlobUnknown', `${pathOf(repository)} has no blob ${digest}`);
  }

  async mountBlob(repository: string, digest: string, from: string): Promise<boolean> {
    if ((await this.#blobs.size(pathOf(from), digest)) === undefined) return false;
    await this.#index(repository).create();
    return await this.#blobs.mount(pathOf(repository), digest, pathOf(from));
  }

  async referrers(
    repository: string,
    digest: string,
    filter: { artifactType?: string } = {},
  ): Promise<Descriptor[]> {
    parseDigest(digest);
    const state = await this.#index(repository).read();
    const found: Descriptor[] = [];
    for (const entry of state?.manifests.values() ?? []) {
      if (entry.subject === undefined) entry.subject = await this.#readSubject(repository, entry);
      if (entry.subject !== digest) continue;
      if (filter.artifactType && entry.descriptor.artifactType !== filter.artifactType) continue;
      found.push(entry.descriptor);
    }
    return found;
  }

  async listTags(repository: string): Promise<string[]> {
    const state = await this.#index(repository).read();
    if (!state) throw new OciError('NameUnknown', `there is no repository ${pathOf(repository)}`);
    return [...state.tags.keys()].sort();
  }

  /** Paths of all repositories, sorted. */
  async listRepositories(): Promise<string[]> {
    const found: string[] = [];
    const visit = async (path: string): Promise<void> => {
      let entries: Awaited<ReturnType<typeof directoryEntries>>;
      try {
        entries = await directoryEntries(join(this.root, path));
      } catch (error) {
        if (errorNumber(error) === 'ENOENT') return;
        throw error;
      }
      for (const name of entries) {
        if (name === '_layout') found.push(path);
        else if (!name.startsWith('_')) await visit(path === '' ? name : `${path}/${name}`);
      }
    };
    await visit('');
    return found.sort();
  }

  #index(repository: string): RepositoryIndex {
    const path = pathOf(repository);
    let index = this.#indexes.get(path);
    if (!index) {
      index = new RepositoryIndex(join(this.root, path, '_layout'));
      this.#indexes.set(path, index);
    }
    return index;
  }

  async #putBytes(path: string, digest: string, bytes: Uint8Array): Promise<void> {
    if (await this.#blobs.holds(path, digest)) return;
    const id = await this.uploads.start(path, parseDigest(digest).algorithm);
    await this.finishUpload(`localhost/${path}`, id, digest, { content: once(bytes) }).catch(
      async (error) => {
        await this.uploads.cancel(path, id).catch(() => {});
        throw error;
      },
    );
  }

  /** Other tools list only the top of an image in index.json: a child of an index is then found by its digest alone. */
  async #unlistedManifest(repository: string, digest: string): Promise<StoredManifest | undefined> {
    const path = pathOf(repository);
    const size = await this.#blobs.size(path, digest);
    if (size === undefined || size > maxManifestBytes) return undefined;
    const bytes = await this.#blobs.readAll(path, digest);
    try {
      return { descriptor: describeManifest(parseManifest(bytes), digest, size), bytes };
    } catch (error) {
      if (isOciError(error, 'ManifestInvalid')) return undefined;
      throw error;
    }
  }

  /** A manifest that cannot be read refers to nothing: its evidence is absent, which policy denies. */
  async #readSubject(repository: string, entry: ManifestEntry): Promise<string | null> {
    try {
      const bytes = await this.#blobs.readAll(pathOf(repository), entry.descriptor.digest);
      return parseManifest(bytes).subject?.digest ?? null;
    } catch (error) {
      if (isOciError(error)) return null;
      throw error;
    }
  }
}

/** Opens the store in a directory, which need not exist yet. See `LayoutStore`. */
export function openLayoutStore(root: string): LayoutStore {
  return new LayoutStore(root);
}

/** `<host>/<path>` to the path; a safe file path by the repository grammar. */
function pathOf(repository: string): string {
  const slash = repository.indexOf('/');
  // The server's own prefix, on every request: not worth a full parse.
  if (repository.startsWith('localhost/') && isRepositoryPath(repository.slice(slash + 1))) {
    return repository.slice(slash + 1);
  }
  return parseRepository(repository).path;
}

function removeFromIndex(draft: IndexState, repository: string, reference: string): void {
  const digest = isDigest(reference) ? reference : draft.tags.get(reference);
  if (!digest || !draft.manifests.has(digest)) throw manifestUnknown(repository, reference);
  if (digest !== reference) {
    draft.tags.delete(reference);
    return;
  }
  draft.manifests.delete(digest);
  for (const [tag, target] of draft.tags) if (target === digest) draft.tags.delete(tag);
}

/** The annotation would make the manifest a tag in `index.json`; referrers keep it in their own bytes. */
function withoutTagAnnotation(descriptor: Descriptor): Descriptor {
  if (!descriptor.annotations || !(refNameAnnotation in descriptor.annotations)) return descriptor;
  const { [refNameAnnotation]: _, ...annotations } = descriptor.annotations;
  return { ...descriptor, annotations };
}

async function directoryEntries(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}

function manifestUnknown(repository: string, reference: string, cause?: unknown): OciError {
  const joiner = isDigest(reference) ? '@' : ':';
  return new OciError('ManifestUnknown', `${repository}${joiner}${reference} does not exist`, {
    hint: 'list what is there with its tags, or push it first',
    cause,
  });
}
