import type { Descriptor } from '../content.ts';
import { parseDigest } from '../digest/digest.ts';
import { readDescriptor } from '../manifest.ts';
import { mediaTypes } from '../media-types.ts';

/**
 * The tag that holds an index of a digest's referrers on registries without the API (distribution-spec,
 * "Referrers Tag Schema"): the algorithm and `-` and at most 64 characters of the rest.
 */
export function referrersTag(digest: string): string {
  const { algorithm, hex } = parseDigest(digest);
  return `${algorithm}-${hex.slice(0, 64)}`;
}

/** The index with the descriptor at its end; undefined where it already holds that digest. */
export function addReferrer(index: readonly Descriptor[], descriptor: Descriptor): Descriptor[] | undefined {
  return index.some(({ digest }) => digest === descriptor.digest) ? undefined : [...index, descriptor];
}

/** The index without the digest; undefined where it does not hold it. */
export function removeReferrer(index: readonly Descriptor[], digest: string): Descriptor[] | undefined {
  const rest = index.filter((descriptor) => descriptor.digest !== digest);
  return rest.length === index.length ? undefined : rest;
}

/** Bytes of an image index listing the descriptors. */
export function encodeIndex(manifests: readonly Descriptor[]): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }));
}

/**
 * Reads an image index a registry sent; undefined for anything else.
 *
 * Descriptors keep fields we do not know, as the index is written back.
 */
export function decodeIndex(bytes: Uint8Array): Descriptor[] | undefined {
  try {
    const { mediaType, manifests } = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if ((mediaType !== undefined && mediaType !== mediaTypes.index) || !Array.isArray(manifests))
      return undefined;
    return manifests.map((item, i) => ({ ...item, ...readDescriptor(item, `manifests[${i}]`) }));
  } catch {
    return undefined;
  }
}
