import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, type LayerEntry, readDirectory, type WrittenLayer, writeLayer } from '@assay/oci';
import { ContentSpool } from './content-spool.ts';
import { makeGoBuildCache } from './go-build-cache.ts';
import { mergePackages } from './merge-packages.ts';
import type { LayerRecipe, PackagesLayer } from './recipe.ts';
import type { PrivateApt, ResolvedPackage } from './resolve-packages.ts';

/** Time of every file and image: 2025-01-01T00:00:00Z. A constant, so that the clock reaches no digest. */
export const sourceDateEpoch = 1_735_689_600;

/** Raised when this code makes other bytes from the same recipe. */
const formatVersion = 2;

export interface LayerContext {
  apt: PrivateApt;
  /** The library's `images` folder, where programs layers are. */
  imagesDirectory: string;
  /** Digest of the layer below, or empty. */
  below: string;
}

/** A layer that has not been built yet, and the key that says whether it has to be. */
export interface PlannedLayer {
  recipe: LayerRecipe;
  /** Hash of everything that reaches the layer's bytes. */
  key: string;
  packages: ResolvedPackage[];
}

/** Resolves what a layer consists of, without downloading or unpacking anything. */
export async function planLayer(recipe: LayerRecipe, context: LayerContext): Promise<PlannedLayer> {
  const packages = recipe.kind === 'packages' ? await resolveLayer(recipe, context.apt) : [];
  const inputs = {
    formatVersion,
    sourceDateEpoch,
    recipe: JSON.stringify(recipe, (_key, value: unknown) =>
      value instanceof RegExp ? `pattern ${value.source}` : value,
    ),
    packages: packages.map(({ name, version, architecture, sha256 }) => [
      name,
      version,
      architecture,
      sha256,
    ]),
    programs: recipe.kind === 'programs' ? await digestPrograms(recipe.from, context) : [],
    below: recipe.kind === 'go-build-cache' ? context.below : '',
  };
  return { recipe, packages, key: createHash('sha256').update(canonicalJson(inputs)).digest('hex') };
}

async function resolveLayer(recipe: PackagesLayer, apt: PrivateApt): Promise<ResolvedPackage[]> {
  const present = recipe.onTopOf === undefined ? [] : await apt.resolve(recipe.onTopOf);
  const absent = new Set([...recipe.leaveOut, ...present.map(({ name }) => name)]);
  const closure = await apt.resolve([...(recipe.onTopOf ?? []), ...recipe.install]);
  return closure.filter(({ name }) => !absent.has(name));
}

async function digestPrograms(from: string, context: LayerContext): Promise<string[]> {
  const entries = await readDirectory(join(context.imagesDirectory, from));
  return Promise.all(
    entries.map(async ({ type, name, mode }) => {
      const content = type === 'file' ? await readFile(join(context.imagesDirectory, from, name)) : '';
      return `${name} ${mode} ${createHash('sha256').update(content).digest('hex')}`;
    }),
  );
}

/**
 * Builds a planned layer into the file `output`.
 *
 * @param below the tar of the layer below.
 * @param scratch an empty directory that the caller removes.
 */
export async function buildLayer(
  planned: PlannedLayer,
  context: LayerContext,
  paths: { output: string; below: string | undefined; scratch: string },
  onProgress: (phase: 'download' | 'unpack' | 'compile' | 'write', detail: string) => void,
): Promise<WrittenLayer> {
  const write = (entries: LayerEntry[]) => {
    onProgress('write', `${entries.length} files`);
    return writeLayer(entries, { output: paths.output, sourceDateEpoch });
  };
  const { recipe } = planned;
  switch (recipe.kind) {
    case 'packages': {
      onProgress('download', `${planned.packages.length} packages`);
      await context.apt.download([...(recipe.onTopOf ?? []), ...recipe.install]);
      const spool = await ContentSpool.create(join(paths.scratch, 'spool'));
      try {
        const onPackage = ({ name, version }: ResolvedPackage) => onProgress('unpack', `${name} ${version}`);
        return await write(await mergePackages(recipe, planned.packages, spool, onPackage));
      } finally {
        await spool.close();
      }
    }
    case 'programs': {
      const entries = await readDirectory(join(context.imagesDirectory, recipe.from), recipe.to);
      return write(entries);
    }
    case 'go-build-cache':
      onProgress('compile', recipe.packages.join(' '));
      return write(await makeGoBuildCache(recipe, paths.below!, paths.scratch));
  }
}
