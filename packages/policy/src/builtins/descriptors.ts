/** Reads members of documents whose shape was checked as far as digests and sizes go. */
type Document = Record<string, unknown>;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A descriptor with every member there, as Conforma gives it to policies. */
export function descriptorDocument(value: unknown): Document {
  const found = isDocument(value) ? value : {};
  return {
    mediaType: textOf(found.mediaType),
    size: typeof found.size === 'number' ? found.size : 0,
    digest: textOf(found.digest),
    data: Buffer.from(textOf(found.data), 'base64').toString(),
    urls: textsOf(found.urls),
    annotations: isDocument(found.annotations) ? found.annotations : {},
    artifactType: textOf(found.artifactType),
    ...(isDocument(found.platform) && { platform: platformDocument(found.platform) }),
  };
}

function platformDocument(platform: Document): Document {
  return {
    architecture: textOf(platform.architecture),
    os: textOf(platform.os),
    'os.version': textOf(platform['os.version']),
    'os.features': textsOf(platform['os.features']),
    variant: textOf(platform.variant),
    features: textsOf(platform.features),
  };
}

function envelopeOf(document: Document, mediaType: string): Document {
  return {
    schemaVersion: document.schemaVersion,
    mediaType: textOf(document.mediaType) || mediaType,
    annotations: isDocument(document.annotations) ? document.annotations : {},
    ...(isDocument(document.subject) && { subject: descriptorDocument(document.subject) }),
  };
}

/** An image manifest, as Conforma gives it to policies. */
export function manifestDocument(document: Document, mediaType: string): Document {
  return {
    ...envelopeOf(document, mediaType),
    config: descriptorDocument(document.config),
    layers: Array.isArray(document.layers) ? document.layers.map(descriptorDocument) : [],
  };
}

/** An image index, as Conforma gives it to policies. */
export function indexDocument(document: Document, mediaType: string): Document {
  return {
    ...envelopeOf(document, mediaType),
    manifests: Array.isArray(document.manifests) ? document.manifests.map(descriptorDocument) : [],
  };
}
