import { type ContentStore, mediaTypes, parseManifest, parseReference, referenceTarget } from '@assay/oci';

/** The `config` of an image, and of the image it was built from. */
export interface ImageConfigs {
  config?: Record<string, unknown>;
  parent?: { ref: string; config?: Record<string, unknown> };
}

const baseName = 'org.opencontainers.image.base.name';
const baseDigest = 'org.opencontainers.image.base.digest';
const maxConfigBytes = 8 * 1024 * 1024;

interface ImageLocation {
  store: ContentStore;
  repository: string;
  digest: string;
}

/**
 * An image's runtime configuration and, where its annotations name a base image by digest, that image's. What cannot be
 * read is left out: a policy that needs it denies.
 */
export async function readImageConfigs(
  image: ImageLocation,
  store: (repository: string) => ContentStore,
): Promise<ImageConfigs> {
  const own = await readConfig(image).catch(() => undefined);
  if (!own) return {};
  const { [baseName]: name, [baseDigest]: digest } = own.annotations;
  const parent = name && digest ? await readParent(name, digest, store) : undefined;
  return { ...(own.config && { config: own.config }), ...(parent && { parent }) };
}

async function readParent(
  name: string,
  digest: string,
  store: (repository: string) => ContentStore,
): Promise<ImageConfigs['parent']> {
  try {
    const { repository } = parseReference(name);
    const target = referenceTarget(parseReference(`${repository}@${digest}`));
    const ref = `${repository}@${target}`;
    const found = await readConfig({ store: store(repository), repository, digest: target }).catch(
      () => undefined,
    );
    return { ref, ...(found?.config && { config: found.config }) };
  } catch {
    return undefined;
  }
}

async function readConfig({ store, repository, digest }: ImageLocation): Promise<{
  config?: Record<string, unknown>;
  annotations: Record<string, string>;
}> {
  const { bytes, descriptor } = await store.getManifest(repository, digest);
  const manifest = parseManifest(bytes, descriptor.mediaType);
  const annotations = manifest.annotations ?? {};
  const [config] = manifest.blobs;
  if (
    manifest.kind === 'index' ||
    !config ||
    !configTypes.has(config.mediaType) ||
    config.size > maxConfigBytes
  ) {
    return { annotations };
  }
  const document: unknown = JSON.parse(
    new TextDecoder().decode(await store.getBlob(repository, config.digest)),
  );
  const inner = (document as { config?: Record<string, unknown> } | null)?.config;
  return { annotations, ...(inner && { config: inner }) };
}

const configTypes = new Set<string>([mediaTypes.config, 'application/vnd.docker.container.image.v1+json']);
