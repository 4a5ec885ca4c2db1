import { type ContentStore, canonicalJson, computeDigest, mediaTypes } from '@assay/oci';

const config = 'application/vnd.cncf.openpolicyagent.config.v1+json';
const title = 'org.opencontainers.image.title';

/** Layers as `conftest push` types them. */
function layerType(name: string): string {
  if (name.endsWith('.rego')) return 'application/vnd.cncf.openpolicyagent.policy.layer.v1+rego';
  return 'application/vnd.cncf.openpolicyagent.data.layer.v1+json';
}

/**
 * Stores files of policy and data as an OCI artifact, a layer each, in the form of `conftest push`. The digest depends on names and
 * contents alone.
 * @param files contents by path
 * @returns the digest
 */
export async function storePolicyBundle(
  store: ContentStore,
  { repository, tag }: { repository: string; tag: string },
  files: Readonly<Record<string, Uint8Array>>,
): Promise<string> {
  const empty = await store.putBlob(repository, canonicalJson({}));
  const layers = [];
  for (const name of Object.keys(files).sort()) {
    const { digest, size } = await store.putBlob(repository, files[name]!);
    layers.push({ mediaType: layerType(name), digest, size, annotations: { [title]: name } });
  }
  const manifest = canonicalJson({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: config, digest: empty.digest, size: empty.size },
    layers,
  });
  await store.putManifest(repository, tag, manifest, mediaTypes.manifest);
  return computeDigest(manifest);
}
