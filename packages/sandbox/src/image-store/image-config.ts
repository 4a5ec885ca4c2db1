import { SandboxError } from '../error.ts';
import type { ImageRootfs } from '../pod.ts';

/** What of an image's configuration (image-spec, "Image Configuration") running it needs. */
export interface ImageConfig {
  config: ImageRootfs['config'];
  /** Digests of the uncompressed layers, lowest first. */
  diffIds: string[];
}

/**
 * Reads an image's configuration; its author controls it.
 * @throws SandboxError `ImagePullFailed` when it is not one
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
  const { config, rootfs } = record(document);
  const diffIds = strings(record(rootfs).diff_ids);
  if (diffIds.some((id) => !/^sha256:[0-9a-f]{64}$/.test(id)))
    throw invalid('rootfs.diff_ids are no digests');
  const { Entrypoint, Cmd, Env, WorkingDir, User } = record(config ?? {});
  const env: Record<string, string> = {};
  for (const pair of strings(Env)) {
    const equals = pair.indexOf('=');
    if (equals > 0) env[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return {
    diffIds,
    config: {
      entrypoint: strings(Entrypoint),
      cmd: strings(Cmd),
      env,
      workingDir: typeof WorkingDir === 'string' ? WorkingDir : '',
      user: typeof User === 'string' ? User : '',
    },
  };
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('a field is missing');
  return value as Record<string, unknown>;
}

function strings(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid('a list is expected');
  if (!value.every((item): item is string => typeof item === 'string'))
    throw invalid('a list of strings is expected');
  return value;
}

function invalid(why: string, cause?: unknown): SandboxError {
  return new SandboxError('ImagePullFailed', `the image's configuration cannot be read: ${why}`, { cause });
}
