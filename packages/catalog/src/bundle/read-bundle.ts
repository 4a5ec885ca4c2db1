import { gunzipSync } from 'node:zlib';
import { type ContentStore, isOciError, parseManifest, parseReference, referenceTarget } from '@assay/oci';
import { extract } from 'tar-stream';
import { CatalogError } from '../error.ts';
import { type BundleObject, readBundleObjects } from './bundle-object.ts';

/** A bundle, as it is in a registry. */
export interface Bundle {
  repository: string;
  tag?: string;
  digest: string;
  objects: BundleObject[];
}

const maxObjectBytes = 1024 * 1024;

/**
 * Reads a Tekton bundle. Untrusted: whoever may push there.
 * @throws CatalogError InvalidBundle; the store's errors
 */
export async function readBundle(store: ContentStore, reference: string): Promise<Bundle> {
  const named = parseReference(reference);
  const { repository, tag } = named;
  const { descriptor, bytes } = await store
    .getManifest(repository, referenceTarget(named))
    .catch((cause: unknown) => {
      if (!isOciError(cause, 'ManifestUnknown')) throw cause;
      throw new CatalogError('InvalidBundle', `${reference} does not exist`, { cause });
    });
  const manifest = parseManifest(bytes, descriptor.mediaType);
  const objects: BundleObject[] = [];
  for (const layer of manifest.blobs.slice(1)) {
    if (layer.annotations?.['dev.tekton.image.name'] === undefined || layer.size > maxObjectBytes)
      throw new CatalogError('InvalidBundle', `${reference} is no Tekton bundle`, {
        hint: "make one with 'assay task bundle'",
      });
    const blob = await store.getBlob(repository, layer.digest);
    const text = await contentOf(blob).catch((cause: Error) => {
      throw new CatalogError('InvalidBundle', `${reference}: the layer ${layer.digest} cannot be unpacked`, {
        hint: `it is no tar file of one object of at most ${maxObjectBytes} bytes: ${cause.message}`,
        cause,
      });
    });
    objects.push(...readBundleObjects(text, reference));
  }
  return { repository, ...(tag !== undefined && { tag }), digest: descriptor.digest, objects };
}

async function contentOf(layer: Uint8Array): Promise<string> {
  const gzipped = layer[0] === 0x1f && layer[1] === 0x8b;
  const archive = extract();
  archive.end(Buffer.from(gzipped ? gunzipSync(layer, { maxOutputLength: maxObjectBytes }) : layer));
  for await (const entry of archive) {
    return Buffer.concat(await Array.fromAsync(entry as AsyncIterable<Uint8Array>)).toString('utf8');
  }
  return '';
}
