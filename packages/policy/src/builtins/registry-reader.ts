import { type ContentStore, parseManifest, parseReference, type Reference } from '@assay/oci';

/** An image named by a policy, by digest. Both the name and what is behind it are untrusted. */
export interface NamedContent {
  store: ContentStore;
  repository: string;
  digest: string;
}

/** The largest blob that a policy may read as a text. */
const maxBlobBytes = 128 * 1024 * 1024;
/** How many answers are kept; blobs are not. */
const maxKept = 20_000;

/**
 * Reads what policies ask of registries, each thing once in a run. What comes back was checked against its digest. A failure is not kept: the
 * next image asks again.
 */
export class RegistryReader {
  readonly #store: (repository: string) => ContentStore;
  readonly #kept = new Map<string, Promise<unknown>>();

  constructor(store: (repository: string) => ContentStore) {
    this.#store = store;
  }

  /** The content a reference names; a tag is resolved. @throws OciError */
  async named(text: string): Promise<NamedContent> {
    const reference = parseReference(text);
    if (reference.digest !== undefined) return this.#located(reference, reference.digest);
    const tag = reference.tag ?? 'latest';
    const store = this.#store(reference.repository);
    const { digest } = await this.once(`resolve ${reference.repository}:${tag}`, () =>
      store.resolve(reference.repository, tag),
    );
    return this.#located(reference, digest);
  }

  /** The content of a reference that must have a digest. @throws OciError, Error */
  pinned(text: string): NamedContent {
    const reference = parseReference(text);
    if (reference.digest === undefined) throw new Error(`${text} names no digest`);
    return this.#located(reference, reference.digest);
  }

  #located(reference: Reference, digest: string): NamedContent {
    return { store: this.#store(reference.repository), repository: reference.repository, digest };
  }

  /** A manifest as it is written, with its media type. @throws OciError */
  async manifest(content: NamedContent): Promise<{ mediaType: string; document: Record<string, unknown> }> {
    return this.once(`manifest ${content.repository}@${content.digest}`, async () => {
      const { bytes, descriptor } = await content.store.getManifest(content.repository, content.digest);
      const { mediaType } = parseManifest(bytes, descriptor.mediaType);
      return { mediaType, document: JSON.parse(new TextDecoder().decode(bytes)) };
    });
  }

  /** Not kept: blobs are large and of one image. @throws OciError, Error when it is too large */
  async blob({ store, repository, digest }: NamedContent): Promise<Uint8Array> {
    const bytes = await store.getBlob(repository, digest);
    if (bytes.byteLength > maxBlobBytes) throw new Error(`${repository}@${digest} is too large for a policy`);
    return bytes;
  }

  /** Does something once for all who ask while it is done, and after it was. */
  once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key) as Promise<T> | undefined;
    if (known) return known;
    if (this.#kept.size >= maxKept) this.#kept.clear();
    const made = make();
    this.#kept.set(key, made);
    made.catch(() => this.#kept.delete(key));
    return made;
  }
}
