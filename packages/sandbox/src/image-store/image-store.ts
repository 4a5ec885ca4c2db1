import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type ContentStore,
  type Descriptor,
  isOciError,
  parseManifest,
  parseReference,
  type Reference,
  type RegistryAuths,
  referenceTarget,
} from '@assay/oci';
import { SandboxError } from '../error.ts';
import { hostIdentity } from '../host/tools.ts';
import type { ImageRootfs, ImageStore, ResolveOptions } from '../pod.ts';
import { type Identity, makeTraversable, removeTree } from '../rootfs/layout.ts';
import { parseImageConfig } from './image-config.ts';
import { unpackLayer } from './unpack-layer.ts';

export interface ImageStoreOptions {
  /** The sandbox's directory: the same as `SandboxOptions.home`. */
  home: string;
  /** Where images come from, for all or by repository (`<host>/<path>`). */
  store: ContentStore | ((repository: string, auths?: RegistryAuths) => ContentStore);
  /** @default this machine's */
  platform?: { os: string; architecture: string; variant?: string };
  /** What to fetch in place of a reference. @default the reference itself */
  rewrite?: (reference: string) => string;
}

type StoredImage = Omit<ImageRootfs, 'reference'>;

const architectures: Record<string, string> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };
const parallelLayers = 3;

/**
 * Opens the images kept in `home`. Layers are unpacked once each, by the digest of their content, and appear only when whole
 * and verified; any number of processes may share a directory.
 */
export function createImageStore(options: ImageStoreOptions): ImageStore {
  return new LayeredImageStore(options);
}

class LayeredImageStore implements ImageStore {
  readonly #home: string;
  readonly #options: ImageStoreOptions;
  readonly #identity: Identity;
  readonly #platform: { os: string; architecture: string; variant?: string };
  readonly #images = new Map<string, StoredImage>();
  readonly #digests = new Map<string, string>();
  readonly #pulls = new Map<string, Promise<StoredImage>>();
  readonly #layers = new Map<string, Promise<string>>();
  #attempts = 0;

  constructor(options: ImageStoreOptions) {
    this.#identity = hostIdentity();
    makeTraversable(resolve(options.home), this.#identity);
    this.#home = realpathSync(resolve(options.home));
    for (const dir of ['layers', 'images'])
      mkdirSync(join(this.#home, dir), { recursive: true, mode: 0o711 });
    this.#options = options;
    this.#sweepPartial();
    const architecture = architectures[process.arch] ?? process.arch;
    this.#platform = options.platform ?? { os: 'linux', architecture };
  }

  async resolve(reference: string, { pullPolicy, signal, auths }: ResolveOptions): Promise<ImageRootfs> {
    const target = this.#parse(reference);
    const known = this.#known(target);
    if (known !== undefined && (target.digest !== undefined || pullPolicy !== 'Always')) {
      return { reference, ...known };
    }
    if (pullPolicy === 'Never') {
      throw new SandboxError(
        'ImageNotPresent',
        `image ${reference} is not here, and its pull policy is Never`,
        {
          hint: 'pull it first, or use the policy IfNotPresent',
        },
      );
    }
    signal?.throwIfAborted();
    // What one login may see is not for who waits with another.
    const key = `${nameOf(target)} ${JSON.stringify(auths ?? {})}`;
    let pull = this.#pulls.get(key);
    if (pull === undefined) {
      pull = this.#pull(target, auths).finally(() => this.#pulls.delete(key));
      this.#pulls.set(key, pull);
    }
    try {
      return { reference, ...(await untilAborted(pull, signal)) };
    } catch (cause) {
      if (signal?.aborted) throw cause;
      if (cause instanceof SandboxError && cause.code !== 'ImagePullFailed') throw cause;
      const words = cause instanceof Error ? cause.message : String(cause);
      const hint = isOciError(cause) || cause instanceof SandboxError ? cause.hint : undefined;
      throw new SandboxError('ImagePullFailed', `image ${reference} could not be pulled: ${words}`, {
        cause,
        ...(hint === undefined ? {} : { hint }),
      });
    }
  }

  #parse(reference: string): Reference {
    try {
      return parseReference(this.#options.rewrite?.(reference) ?? reference);
    } catch (cause) {
      if (!isOciError(cause)) throw cause;
      throw new SandboxError('InvalidReference', cause.message, {
        cause,
        ...(cause.hint === undefined ? {} : { hint: cause.hint }),
      });
    }
  }

  /** What is here of a reference, without asking anybody. */
  #known(target: Reference): StoredImage | undefined {
    const name = nameOf(target);
    const digest = this.#digests.get(name) ?? this.#read<string>('names', name);
    if (digest === undefined) return undefined;
    const image = this.#image(target.repository, digest);
    if (image !== undefined) this.#digests.set(name, digest);
    return image;
  }

  #image(repository: string, digest: string): StoredImage | undefined {
    const key = `${repository}@${digest}`;
    const image = this.#images.get(key);
    if (image !== undefined) return image;
    const stored = this.#read<StoredImage>('manifests', key);
    if (stored === undefined || !stored.layers.every((layer) => existsSync(layer))) return undefined;
    this.#images.set(key, stored);
    return stored;
  }

  async #pull(target: Reference, auths: RegistryAuths | undefined): Promise<StoredImage> {
    const { repository } = target;
    const { store } = this.#options;
    const source = typeof store === 'function' ? store(repository, auths) : store;
    const wanted = await source.resolve(repository, referenceTarget(target));
    const { digest, bytes } = await this.#platformManifest(source, repository, wanted, 0);
    let image = this.#image(repository, digest);
    if (image === undefined) {
      image = await this.#fetch(source, repository, digest, bytes);
      this.#images.set(`${repository}@${digest}`, image);
      this.#write('manifests', `${repository}@${digest}`, image);
    }
    for (const name of new Set([
      nameOf(target),
      `${repository}@${wanted.digest}`,
      `${repository}@${digest}`,
    ])) {
      this.#digests.set(name, digest);
      this.#write('names', name, digest);
    }
    return image;
  }

  async #platformManifest(
    source: ContentStore,
    repository: string,
    wanted: Descriptor,
    depth: number,
  ): Promise<{ digest: string; bytes: Uint8Array }> {
    const { descriptor, bytes } = await source.getManifest(repository, wanted.digest);
    const manifest = parseManifest(bytes, descriptor.mediaType);
    if (manifest.kind === 'image') return { digest: wanted.digest, bytes };
    const { os, architecture, variant } = this.#platform;
    const fitting = manifest.children.filter(
      ({ platform }) => platform?.os === os && platform.architecture === architecture,
    );
    const child = fitting.find(({ platform }) => variant !== undefined && platform?.variant === variant);
    const chosen = child ?? fitting[0];
    if (chosen === undefined || depth > 2) {
      const offered = manifest.children.map(({ platform }) => `${platform?.os}/${platform?.architecture}`);
      throw new SandboxError(
        'ImagePullFailed',
        `the image has no manifest for ${os}/${architecture}, only for ${offered.join(', ') || 'nothing'}`,
      );
    }
    return this.#platformManifest(source, repository, chosen, depth + 1);
  }

  async #fetch(
    source: ContentStore,
    repository: string,
    digest: string,
    bytes: Uint8Array,
  ): Promise<StoredImage> {
    const [configuration, ...blobs] = parseManifest(bytes).blobs;
    if (configuration === undefined) {
      throw new SandboxError('ImagePullFailed', 'the manifest names no configuration');
    }
    const { config, diffIds } = parseImageConfig(await source.getBlob(repository, configuration.digest));
    if (diffIds.length !== blobs.length) {
      const counts = `${blobs.length} layers, but its configuration ${diffIds.length}`;
      throw new SandboxError('ImagePullFailed', `the manifest has ${counts}: it is not a container image`);
    }
    const layers: string[] = new Array(blobs.length);
    const queue = [...blobs.entries()];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [index, blob] = next;
        layers[index] = await this.#layer(source, repository, blob.digest, diffIds[index] as string);
      }
    };
    await Promise.all(Array.from({ length: parallelLayers }, work));
    // Topmost first. Of equal layers the topmost says all there is to say, and overlayfs refuses to see one twice.
    return { imageId: `${repository}@${digest}`, layers: [...new Set(layers.reverse())], config };
  }

  #layer(source: ContentStore, repository: string, blob: string, diffId: string): Promise<string> {
    let layer = this.#layers.get(diffId);
    if (layer === undefined) {
      layer = this.#unpack(source, repository, blob, diffId).finally(() => this.#layers.delete(diffId));
      this.#layers.set(diffId, layer);
    }
    return layer;
  }

  async #unpack(source: ContentStore, repository: string, blob: string, diffId: string): Promise<string> {
    // Short: all of an image's layers have to fit one mount option. The ids on disk are part of the content.
    const key = `${diffId} ${this.#identity.root.uid} ${this.#identity.size}`;
    const dir = join(this.#home, 'layers', createHash('sha256').update(key).digest('base64url').slice(0, 22));
    if (existsSync(dir)) return dir;
    this.#attempts += 1;
    const partial = join(this.#home, 'layers', `.partial-${process.pid}-${this.#attempts}`);
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { mode: 0o700 });
    try {
      await unpackLayer(await source.streamBlob(repository, blob), partial, diffId, this.#identity);
      try {
        renameSync(partial, dir);
      } catch (error) {
        if (!existsSync(dir)) throw error;
      }
      return dir;
    } finally {
      if (existsSync(partial)) await removeTree(partial, this.#identity);
    }
  }

  /** Half-unpacked layers of processes that died. */
  #sweepPartial(): void {
    const layers = join(this.#home, 'layers');
    for (const name of readdirSync(layers)) {
      const pid = /^\.partial-(\d+)-/.exec(name)?.[1];
      if (pid === undefined || Number(pid) === process.pid || existsSync(`/proc/${pid}`)) continue;
      removeTree(join(layers, name), this.#identity).catch(() => {});
    }
  }

  #path(kind: string, key: string): string {
    const { os, architecture } = this.#platform;
    const name = createHash('sha256').update(`${kind} ${os}/${architecture} ${key}`).digest('hex');
    return join(this.#home, 'images', name);
  }

  #read<T>(kind: string, key: string): T | undefined {
    try {
      return JSON.parse(readFileSync(this.#path(kind, key), 'utf8')) as T;
    } catch {
      return undefined;
    }
  }

  #write(kind: string, key: string, value: unknown): void {
    const path = this.#path(kind, key);
    const partial = `${path}.${process.pid}`;
    writeFileSync(partial, JSON.stringify(value));
    renameSync(partial, path);
  }
}

function nameOf(target: Reference): string {
  const at = referenceTarget(target);
  return target.digest === undefined ? `${target.repository}:${at}` : `${target.repository}@${at}`;
}

/** A pull that several wait for goes on when one of them gives up. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
