import { createHash } from 'node:crypto';
import {
  type ContentStore,
  canonicalJson,
  type Descriptor,
  isOciError,
  parseManifest,
  parseReference,
} from '@assay/oci';
import type { ComponentTarget } from '../data/targets.ts';
import { ReleaseError } from '../error.ts';

/** Where bytes come from, and what they must be. */
export interface PlannedManifest {
  /** Repository that holds it and its blobs. */
  from: string;
  digest: string;
  mediaType: string;
  blobs: { digest: string; size: number }[];
}

/** One image to be copied to one repository. */
export interface PlannedImage {
  component: string;
  source: string;
  digest: string;
  target: string;
  /** Each after what it refers to: parts of an index, the image, then what is said about it. */
  manifests: PlannedManifest[];
  /** Tags of the source that hold evidence, and what they held when it was judged. */
  evidenceTags: { tag: string; digest: string }[];
  tags: string[];
}

/** Everything that a release writes to its targets, by digest. What is not in it is not copied. */
export interface CopyPlan {
  /** `namespace/name`. */
  release: string;
  images: PlannedImage[];
}

/** Tags that hold what is said about an image, in the layout of cosign before referrers. */
const evidenceSuffixes = ['sig', 'att', 'sbom'];

/**
 * Takes stock of an image and of everything attached to it, in one repository, at this moment.
 * @throws ReleaseError EvidenceChanged when the image is gone; the store's errors when it cannot be read
 */
export async function planImage(store: ContentStore, target: ComponentTarget): Promise<PlannedImage> {
  const { repository, digest } = parseReference(target.image);
  const inventory = new Inventory(store, repository);
  try {
    await inventory.add(digest!);
  } catch (error) {
    if (!isOciError(error, 'ManifestUnknown')) throw error;
    throw new ReleaseError(
      'EvidenceChanged',
      `component ${target.component}: ${target.image} does not exist`,
      {
        hint: 'it was deleted, or never pushed; build it again',
        cause: error,
      },
    );
  }
  return {
    component: target.component,
    source: repository,
    digest: digest!,
    target: target.repository,
    manifests: [...inventory.manifests.values()],
    evidenceTags: inventory.evidenceTags,
    tags: target.tags,
  };
}

class Inventory {
  readonly manifests = new Map<string, PlannedManifest>();
  readonly evidenceTags: { tag: string; digest: string }[] = [];
  readonly #store: ContentStore;
  readonly #repository: string;

  constructor(store: ContentStore, repository: string) {
    this.#store = store;
    this.#repository = repository;
  }

  /** A manifest after its parts, and before what refers to it. */
  async add(reference: string): Promise<string> {
    const { descriptor, bytes } = await this.#store.getManifest(this.#repository, reference);
    const { digest } = descriptor;
    if (this.manifests.has(digest)) return digest;
    const { blobs, children, mediaType } = parseManifest(bytes, descriptor.mediaType);
    for (const child of children) if (await this.#holds(child.digest)) await this.add(child.digest);
    const kept = blobs.filter((blob) => blob.distributable && !blob.embedded);
    this.manifests.set(digest, {
      from: this.#repository,
      digest,
      mediaType,
      blobs: kept.map(({ digest: blob, size }) => ({ digest: blob, size })),
    });
    const referrers = await this.#store.referrers(this.#repository, digest);
    for (const referrer of referrers) await this.add(referrer.digest);
    for (const suffix of evidenceSuffixes) {
      const tag = `${digest.replace(':', '-')}.${suffix}`;
      const held = await this.#holds(tag);
      if (held) this.evidenceTags.push({ tag, digest: await this.add(held.digest) });
    }
    return digest;
  }

  async #holds(reference: string): Promise<Descriptor | undefined> {
    try {
      return await this.#store.resolve(this.#repository, reference);
    } catch (error) {
      if (isOciError(error, 'ManifestUnknown')) return undefined;
      throw error;
    }
  }
}

/** The bytes of a plan: the same for the same plan. */
export function encodePlan(plan: CopyPlan): Uint8Array {
  return canonicalJson(plan);
}

/** SHA-256 over what a plan says of its images as they were judged; the statements of the release aside. */
export function inventoryDigest(images: readonly PlannedImage[]): string {
  const judged = images.map(({ source, digest, manifests, evidenceTags }) => ({
    source,
    digest,
    manifests: manifests.map((one) => one.digest),
    evidenceTags,
  }));
  return createHash('sha256').update(canonicalJson(judged)).digest('hex');
}
