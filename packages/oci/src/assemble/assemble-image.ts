import { createHash } from 'node:crypto';
import type { ContentStore, Descriptor } from '../content.ts';
import { OciError } from '../error.ts';
import { type BaseImage, readBaseImage } from './base-image.ts';
import { canonicalJson } from './canonical-json.ts';
import type { WrittenLayer } from './write-layer.ts';

/** What a container started from the image gets (image-spec, "Image Configuration", `config`). */
export interface ContainerConfig {
  User?: string;
  /** `NAME=value`; with a base, these replace its variables of the same name and are added to the others. */
  Env?: string[];
  Entrypoint?: string[];
  Cmd?: string[];
  WorkingDir?: string;
  Labels?: Record<string, string>;
  ExposedPorts?: Record<string, Record<string, never>>;
  StopSignal?: string;
}

export interface Platform {
  os: string;
  /** As Go names it: `amd64`, `arm64`. */
  architecture: string;
  variant?: string;
}

export interface AssembleImageOptions {
  /** The image whose layers come first. A digest, not a tag: a base that can drift cannot be reproduced. */
  base?: { store: ContentStore; repository: string; digest: string };
  layers: WrittenLayer[];
  config: ContainerConfig;
  /** The image's `created` time, in seconds since 1970. */
  sourceDateEpoch: number;
  platform: Platform;
  annotations?: Record<string, string>;
}

export interface AssembledImage {
  manifest: { bytes: Uint8Array; descriptor: Descriptor };
  config: { bytes: Uint8Array; descriptor: Descriptor };
  /** Where the first layers are, when there is a base. */
  base?: { store: ContentStore; repository: string; layers: Descriptor[] };
}

/**
 * Makes manifest and config of an image (image-spec 1.1). Both are canonical JSON: the same layers, base and
 * config give the same digest on every machine.
 *
 * @throws OciError `InvalidDigest` when the base is given by tag, and what reading the base throws.
 */
export async function assembleImage(options: AssembleImageOptions): Promise<AssembledImage> {
  const created = new Date(options.sourceDateEpoch * 1000).toISOString().replace('.000Z', 'Z');
  const base = options.base === undefined ? undefined : await openBase(options.base, options.platform);
  const config = describe('application/vnd.oci.image.config.v1+json', {
    created,
    architecture: options.platform.architecture,
    os: options.platform.os,
    variant: options.platform.variant,
    config: mergeConfig(base?.config ?? {}, options.config),
    rootfs: {
      type: 'layers',
      diff_ids: [...(base?.diffIds ?? []), ...options.layers.map((layer) => layer.diffId)],
    },
    history: [
      ...(base?.history ?? []),
      ...options.layers.map(() => ({ created, created_by: 'assay: assemble' })),
    ],
  });
  const annotations = {
    ...options.annotations,
    ...(base && { 'org.opencontainers.image.base.digest': base.digest }),
  };
  const manifest = describe('application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: config.descriptor,
    layers: [...(base?.layers ?? []), ...options.layers.map((layer) => layer.descriptor)],
    ...(Object.keys(annotations).length > 0 && { annotations }),
  });
  return {
    manifest,
    config,
    ...(base &&
      options.base && {
        base: { store: options.base.store, repository: options.base.repository, layers: base.layers },
      }),
  };
}

function openBase(base: NonNullable<AssembleImageOptions['base']>, platform: Platform): Promise<BaseImage> {
  if (!/^sha256:[0-9a-f]{64}$/.test(base.digest)) {
    throw new OciError('InvalidDigest', `the base image ${base.repository} is given as "${base.digest}"`, {
      hint: 'name a base image by its digest, sha256:...',
    });
  }
  return readBaseImage(base.store, base.repository, base.digest, platform);
}

function mergeConfig(base: ContainerConfig, own: ContainerConfig): ContainerConfig {
  const names = new Set((own.Env ?? []).map(variableName));
  const env = [...(base.Env ?? []).filter((text) => !names.has(variableName(text))), ...(own.Env ?? [])];
  const labels = { ...base.Labels, ...own.Labels };
  return {
    ...base,
    // A new entrypoint makes the base's arguments meaningless, as in a Dockerfile.
    ...(own.Entrypoint && { Cmd: undefined }),
    ...own,
    ...(env.length > 0 && { Env: env }),
    ...(Object.keys(labels).length > 0 && { Labels: labels }),
  };
}

function variableName(text: string): string {
  return text.split('=', 1)[0]!;
}

function describe(mediaType: string, content: unknown): { bytes: Uint8Array; descriptor: Descriptor } {
  const bytes = canonicalJson(content);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { bytes, descriptor: { mediaType, digest, size: bytes.length } };
}
