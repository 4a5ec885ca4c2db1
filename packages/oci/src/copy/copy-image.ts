import type { ContentStore, Descriptor } from '../content.ts';
import { isOciError } from '../error.ts';
import { type BlobDescriptor, parseManifest } from '../manifest.ts';
import { parseReference, parseRepository, referenceTarget } from '../reference/reference.ts';

export interface CopyOptions {
  /** Also every referrer, of the image and of each manifest in it, and the `.sig`, `.att` and `.sbom` tags. */
  referrers: boolean;
  /** Reference at the destination. @default the source's */
  as?: string;
  /** Blobs copied at once. @default 4 */
  concurrency?: number;
  signal?: AbortSignal;
  /** Told of each manifest and blob once it is at the destination. */
  onCopied?: (descriptor: Descriptor) => void;
}

export interface CopyResult {
  /** What the reference names at the destination. */
  descriptor: Descriptor;
  manifests: number;
  blobs: number;
  /** Manifests that came along as referrers or signature tags. */
  attached: number;
}

/** Tags that tools without referrers hang on an image (cosign's legacy layout). */
const attachedSuffixes = ['sig', 'att', 'sbom'];

/**
 * Copies an image or index with all it is made of, bytes unchanged. Blobs come first, then children, then the
 * manifest itself, so the destination never names what it lacks; children that the source's index names but does
 * not hold (a sparse index) are left out. Between repositories of one registry blobs are mounted.
 *
 * @throws OciError as the two stores throw
 */
export async function copyImage(
  from: ContentStore,
  to: ContentStore,
  ref: string,
  options: CopyOptions,
): Promise<CopyResult> {
  const source = parseReference(ref);
  const target = options.as === undefined ? source : parseReference(options.as);
  const copy = new Copy(from, to, source.repository, target.repository, options);
  const reference = referenceTarget(source);
  const name =
    target.tag ?? target.digest ?? (options.as === undefined && source.digest ? source.digest : 'latest');
  const descriptor = await copy.manifest(reference, name);
  return { descriptor, manifests: copy.manifests.size, blobs: copy.blobs.size, attached: copy.attached };
}

class Copy {
  readonly manifests = new Map<string, Descriptor>();
  readonly blobs = new Set<string>();
  attached = 0;
  readonly #from: ContentStore;
  readonly #to: ContentStore;
  readonly #source: string;
  readonly #target: string;
  readonly #options: CopyOptions;
  readonly #canMount: boolean;

  constructor(from: ContentStore, to: ContentStore, source: string, target: string, options: CopyOptions) {
    this.#from = from;
    this.#to = to;
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#canMount =
      source !== target && (from === to || parseRepository(source).host === parseRepository(target).host);
  }

  /** Copies a manifest and what it needs, and stores it under `name`, a tag or its digest. */
  async manifest(reference: string, name?: string): Promise<Descriptor> {
    this.#options.signal?.throwIfAborted();
    const { descriptor, bytes } = await this.#from.getManifest(this.#source, reference);
    const { digest } = descriptor;
    const known = this.manifests.get(digest);
    if (known && (name === undefined || name === digest)) return known;
    if (!known) {
      const summary = parseManifest(bytes, descriptor.mediaType);
      await this.#copyBlobs(summary.blobs);
      for (const child of summary.children) await this.#child(child);
    }
    const stored = await this.#to.putManifest(this.#target, name ?? digest, bytes, descriptor.mediaType);
    this.manifests.set(digest, stored);
    this.#options.onCopied?.(stored);
    if (!known && this.#options.referrers) await this.#copyAttached(digest);
    return stored;
  }

  async #child(child: Descriptor): Promise<void> {
    if (this.manifests.has(child.digest)) return;
    try {
      await this.manifest(child.digest);
    } catch (error) {
      const absent = isOciError(error, 'ManifestUnknown') && !(await this.#has(child.digest));
      if (!absent) throw error;
    }
  }

  async #has(digest: string): Promise<boolean> {
    return await this.#from.resolve(this.#source, digest).then(
      () => true,
      (error) => {
        if (isOciError(error, 'ManifestUnknown')) return false;
        throw error;
      },
    );
  }

  async #copyAttached(digest: string): Promise<void> {
    for (const referrer of await this.#from.referrers(this.#source, digest)) {
      if (this.manifests.has(referrer.digest)) continue;
      await this.manifest(referrer.digest);
      this.attached++;
    }
    for (const suffix of attachedSuffixes) {
      const tag = `${digest.replace(':', '-')}.${suffix}`;
      if (tag.length > 128 || !(await this.#has(tag))) continue;
      await this.manifest(tag, tag);
      this.attached++;
    }
  }

  async #copyBlobs(blobs: BlobDescriptor[]): Promise<void> {
    const queue = blobs.filter(({ digest }) => !this.blobs.has(digest));
    const worker = async () => {
      for (let blob = queue.shift(); blob; blob = queue.shift()) {
        if (this.blobs.has(blob.digest)) continue;
        this.blobs.add(blob.digest);
        await this.#blob(blob);
      }
    };
    const workers = Array.from({ length: Math.min(this.#options.concurrency ?? 4, queue.length) }, worker);
    const outcomes = await Promise.allSettled(workers);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #blob(blob: BlobDescriptor): Promise<void> {
    const { digest, size } = blob;
    this.#options.signal?.throwIfAborted();
    if (await this.#to.hasBlob(this.#target, digest)) return this.#options.onCopied?.(blob);
    if (this.#canMount && (await this.#to.mountBlob(this.#target, digest, this.#source))) {
      return this.#options.onCopied?.(blob);
    }
    const optional = !blob.distributable || blob.embedded;
    if (optional && !(await this.#from.hasBlob(this.#source, digest))) return;
    await this.#transfer(digest, size);
    this.#options.onCopied?.(blob);
  }

  /** A stream is sent once; what breaks half-way is read again from the source. */
  async #transfer(digest: string, size: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const content = await this.#from.streamBlob(this.#source, digest);
        return await this.#to.putBlobStream(this.#target, abortable(content, this.#options.signal), {
          digest,
          size,
        });
      } catch (error) {
        if (attempt === 3 || !isOciError(error, 'RegistryUnavailable')) throw error;
        // A registry that does not even answer a HEAD is down; more tries only make the user wait.
        await this.#to.hasBlob(this.#target, digest);
      }
    }
  }
}

async function* abortable(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    signal?.throwIfAborted();
    yield chunk;
  }
}
