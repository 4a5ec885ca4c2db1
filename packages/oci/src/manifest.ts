import type { Descriptor } from './content.ts';
import { isDigest } from './digest/digest.ts';
import { OciError } from './error.ts';
import { maxManifestBytes, mediaTypes } from './media-types.ts';

/** What the stores need to know of a manifest or index. The bytes stay authoritative. */
export interface ManifestSummary {
  mediaType: string;
  kind: 'image' | 'index';
  /** The manifest's `artifactType`, else its config's media type (distribution-spec, "Listing Referrers"). */
  artifactType?: string;
  annotations?: Record<string, string>;
  subject?: Descriptor;
  /** Config, then layers. */
  blobs: BlobDescriptor[];
  /** Manifests of an index. */
  children: Descriptor[];
}

export interface BlobDescriptor extends Descriptor {
  /** False for layers that registries are not obliged to hold (foreign, non-distributable). */
  distributable: boolean;
  /** True when the content is embedded in the descriptor's `data` field. */
  embedded: boolean;
}

/**
 * Reads a manifest or index (image-spec 1.1, "Image Manifest" and "Image Index"; Docker's schema 2).
 *
 * The bytes are untrusted: every descriptor is checked for type, digest grammar and size before it is returned.
 * `mediaType` is what came beside the bytes (a Content-Type or a descriptor); one inside the bytes must agree.
 *
 * @throws OciError `ManifestInvalid`, `ManifestTooLarge`
 */
export function parseManifest(bytes: Uint8Array, mediaType?: string): ManifestSummary {
  if (bytes.byteLength > maxManifestBytes) {
    throw new OciError(
      'ManifestTooLarge',
      `a manifest of ${bytes.byteLength} bytes exceeds ${maxManifestBytes}`,
    );
  }
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
  if (!isRecord(document)) throw invalid('it is not a JSON object');
  if (document.schemaVersion !== 2) throw invalid('schemaVersion is not 2');
  const inner = document.mediaType;
  if (inner !== undefined && typeof inner !== 'string') throw invalid('mediaType is not a string');
  if (inner && mediaType && inner !== mediaType) {
    throw invalid(`it says to be ${inner}, but is labelled ${mediaType}`);
  }
  const isIndex = document.manifests !== undefined;
  if (isIndex && (document.layers !== undefined || document.config !== undefined)) {
    throw invalid('it has both manifests and layers or config');
  }
  if (!isIndex && document.layers === undefined && document.config === undefined) {
    throw invalid('it has neither manifests nor layers nor config');
  }
  const label = mediaType || inner || (isIndex ? mediaTypes.index : mediaTypes.manifest);
  const indexLabel = label === mediaTypes.index || label === mediaTypes.dockerManifestList;
  const imageLabel = label === mediaTypes.manifest || label === mediaTypes.dockerManifest;
  if ((indexLabel && !isIndex) || (imageLabel && isIndex)) throw invalid(`its content is not ${label}`);

  const config = document.config === undefined ? [] : [readBlob(document.config, 'config')];
  const layers = readList(document.layers, 'layers').map((layer, i) => readBlob(layer, `layers[${i}]`));
  const children = readList(document.manifests, 'manifests').map((m, i) =>
    readDescriptor(m, `manifests[${i}]`),
  );
  const artifactType =
    document.artifactType ?? (isRecord(document.config) ? document.config.mediaType : undefined);
  if (artifactType !== undefined && typeof artifactType !== 'string')
    throw invalid('artifactType is not a string');
  const annotations = readAnnotations(document.annotations, 'annotations');
  const subject =
    document.subject === undefined || document.subject === null
      ? undefined
      : readDescriptor(document.subject, 'subject');
  return {
    mediaType: label,
    kind: isIndex ? 'index' : 'image',
    ...(artifactType && { artifactType }),
    ...(annotations && { annotations }),
    ...(subject && { subject }),
    blobs: [...config, ...layers],
    children,
  };
}

/** How a manifest appears in an index: its descriptor with artifactType and annotations (distribution-spec). */
export function describeManifest(summary: ManifestSummary, digest: string, size: number): Descriptor {
  return {
    mediaType: summary.mediaType,
    digest,
    size,
    ...(summary.artifactType && { artifactType: summary.artifactType }),
    ...(summary.annotations && { annotations: summary.annotations }),
  };
}

/** A descriptor read from untrusted JSON. @throws OciError `ManifestInvalid` */
export function readDescriptor(value: unknown, where: string): Descriptor {
  if (!isRecord(value)) throw invalid(`${where} is not a descriptor`);
  const { mediaType, digest, size, artifactType, platform } = value;
  if (typeof mediaType !== 'string') throw invalid(`${where}.mediaType is not a string`);
  if (typeof digest !== 'string' || !isDigest(digest)) throw invalid(`${where}.digest is not a digest`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw invalid(`${where}.size is not a size`);
  const annotations = readAnnotations(value.annotations, `${where}.annotations`);
  return {
    mediaType,
    digest,
    size,
    ...(typeof artifactType === 'string' && artifactType !== '' && { artifactType }),
    ...(annotations && { annotations }),
    ...readPlatform(platform),
  };
}

function readPlatform(value: unknown): Pick<Descriptor, 'platform'> {
  if (!isRecord(value) || typeof value.architecture !== 'string' || typeof value.os !== 'string') return {};
  const { architecture, os, variant } = value;
  return { platform: { architecture, os, ...(typeof variant === 'string' && { variant }) } };
}

function readBlob(value: unknown, where: string): BlobDescriptor {
  const descriptor = readDescriptor(value, where);
  return {
    ...descriptor,
    distributable: !/nondistributable|\.foreign\./.test(descriptor.mediaType),
    embedded: isRecord(value) && typeof value.data === 'string',
  };
}

function readAnnotations(value: unknown, where: string): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw invalid(`${where} is not an object`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw invalid(`${where}[${JSON.stringify(key)}] is not a string`);
  }
  return value as Record<string, string>;
}

function readList(value: unknown, where: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(`${where} is not a list`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(why: string, cause?: unknown): OciError {
  return new OciError('ManifestInvalid', `not a valid manifest: ${why}`, { cause });
}
