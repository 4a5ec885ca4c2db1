import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { type AssembledImage, assembleImage, type ContentStore, type Platform, pushImage } from '@assay/oci';
import { buildLayer, type LayerContext, planLayer, sourceDateEpoch } from './build-layer.ts';
import { type CachedLayer, LayerCache } from './layer-cache.ts';
import type { ImageRecipe } from './recipe.ts';
import { openPrivateApt } from './resolve-packages.ts';
import { type ToolboxImageName, toolboxImages } from './toolbox-images.ts';

export interface ImageProgress {
  image: string;
  phase: 'resolve' | 'download' | 'unpack' | 'compile' | 'write' | 'push' | 'done';
  /** For a person: the package being unpacked, the digest pushed. */
  detail: string;
}

export interface BuildToolboxImagesOptions {
  store: ContentStore;
  /** Keeps downloaded packages and built layers; may be shared between processes and stores. */
  cacheDir: string;
  /** The repository is `<host>/<name>`, or just the name without one. */
  host?: string;
  /** @default all of them */
  images?: ToolboxImageName[];
  onProgress?(progress: ImageProgress): void;
}

export interface BuiltImage {
  name: string;
  repository: string;
  /** Of the manifest; also reachable under the tag `latest`. */
  digest: string;
  /** Sum of the layers, uncompressed, in bytes. */
  size: number;
  /** Whether a layer had to be built, and whether the store had to be given anything. */
  built: boolean;
  pushed: boolean;
}

const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Builds the factory's own images from Debian packages and pushes them as `latest`. The same recipes and package
 * versions give the same digests on every machine; what is built and pushed already is left as it is.
 *
 * Needs apt and dpkg on the host, and its package sources within reach; no root, no container runtime.
 *
 * @throws LibraryError `ToolMissing`, `PackagesUnresolved`, `PackageInvalid`, `GoCacheFailed`; and what the store
 * throws.
 */
export async function buildToolboxImages(options: BuildToolboxImagesOptions): Promise<BuiltImage[]> {
  const wanted = options.images ?? (Object.keys(toolboxImages) as ToolboxImageName[]);
  const builder = new ImageBuilder(options);
  const built: BuiltImage[] = [];
  for (const name of wanted) built.push(await builder.build(toolboxImages[name]));
  return built;
}

interface ImageLayers {
  layers: CachedLayer[];
  built: boolean;
}

class ImageBuilder {
  readonly #options: BuildToolboxImagesOptions;
  readonly #cache: LayerCache;
  readonly #layers = new Map<string, Promise<ImageLayers>>();
  #apt: ReturnType<typeof openPrivateApt> | undefined;

  constructor(options: BuildToolboxImagesOptions) {
    this.#options = options;
    this.#cache = new LayerCache(options.cacheDir);
  }

  async build(recipe: ImageRecipe): Promise<BuiltImage> {
    const { host, store } = this.#options;
    const repository = host === undefined ? recipe.name : `${host}/${recipe.name}`;
    const { layers, built } = await this.#layersOf(recipe);
    const image = await assembleImage({
      layers,
      config: recipe.config,
      sourceDateEpoch,
      platform: hostPlatform(),
    });
    const { digest } = image.manifest.descriptor;
    const pushed = !(await hasTag(store, repository, digest));
    if (pushed) {
      this.#report(recipe, 'push', repository);
      await this.#push(repository, image, layers);
    }
    this.#report(recipe, 'done', digest);
    const size = layers.reduce((sum, layer) => sum + layer.descriptor.size, 0);
    return { name: recipe.name, repository, digest, size, built, pushed };
  }

  #layersOf(recipe: ImageRecipe): Promise<ImageLayers> {
    const present = this.#layers.get(recipe.name);
    if (present !== undefined) return present;
    const made = this.#makeLayers(recipe);
    this.#layers.set(recipe.name, made);
    return made;
  }

  async #makeLayers(recipe: ImageRecipe): Promise<ImageLayers> {
    const base = recipe.base === undefined ? undefined : toolboxImages[recipe.base as ToolboxImageName];
    const below = base === undefined ? { layers: [], built: false } : await this.#layersOf(base);
    const layers = [...below.layers];
    let { built } = below;
    this.#report(recipe, 'resolve', '');
    this.#apt ??= openPrivateApt(join(this.#options.cacheDir, 'apt'));
    const apt = await this.#apt;
    for (const [index, layer] of recipe.layers.entries()) {
      const lower = layers.at(-1);
      const context: LayerContext = { apt, imagesDirectory, below: lower?.diffId ?? '' };
      const planned = await planLayer(layer, context);
      const slot = `${recipe.name}-${index}`;
      const found = await this.#cache.find(slot, planned.key);
      built ||= found === undefined;
      const build = (output: string, scratch: string) =>
        buildLayer(planned, context, { output, scratch, below: lower?.path }, (phase, detail) =>
          this.#report(recipe, phase, detail),
        );
      layers.push(found ?? (await this.#cache.fill(slot, planned.key, build)));
    }
    return { layers, built };
  }

  async #push(repository: string, image: AssembledImage, layers: CachedLayer[]): Promise<void> {
    const paths = new Map(layers.map((layer) => [layer.descriptor.digest, layer.path]));
    await pushImage(this.#options.store, repository, {
      image,
      layers,
      content: ({ digest }) => createReadStream(paths.get(digest)!),
      tags: ['latest'],
    });
  }

  #report(recipe: ImageRecipe, phase: ImageProgress['phase'], detail: string): void {
    this.#options.onProgress?.({ image: recipe.name, phase, detail });
  }
}

const imagesDirectory = join(import.meta.dirname, '../../images');

function hostPlatform(): Platform {
  return { os: 'linux', architecture: architectures[process.arch] ?? process.arch };
}

async function hasTag(store: ContentStore, repository: string, digest: string): Promise<boolean> {
  try {
    return (await store.resolve(repository, 'latest')).digest === digest;
  } catch {
    return false;
  }
}
