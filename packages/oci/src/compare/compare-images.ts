import type { ContentStore, Descriptor } from '../content.ts';
import { parseManifest } from '../manifest.ts';
import { comparePrograms } from './compare-programs.ts';
import type { Difference } from './difference.ts';
import { type LayerFile, readLayerFiles } from './layer-files.ts';

/** An image of a store. */
export interface ImageLocator {
  store: ContentStore;
  repository: string;
  /** Tag or digest. */
  reference: string;
}

export interface ImageComparison {
  left: string;
  right: string;
  equal: boolean;
  /** Empty when equal. Config first, then layers from the base up. */
  differences: Difference[];
}

interface OpenImage {
  locator: ImageLocator;
  digest: string;
  config: Record<string, unknown>;
  layers: Descriptor[];
  diffIds: string[];
}

/**
 * Tells in which places two images differ and, where it is one of the usual reasons, why. Both are read from their
 * stores, which check every digest; layers that are equal are not read at all.
 */
export async function compareImages(left: ImageLocator, right: ImageLocator): Promise<ImageComparison> {
  const [a, b] = await Promise.all([openImage(left), openImage(right)]);
  const differences = a.digest === b.digest ? [] : [...compareConfigs(a, b), ...(await compareLayers(a, b))];
  return { left: a.digest, right: b.digest, equal: a.digest === b.digest, differences };
}

async function openImage(locator: ImageLocator): Promise<OpenImage> {
  const { store, repository, reference } = locator;
  const { bytes, descriptor } = await store.getManifest(repository, reference);
  const [config, ...layers] = parseManifest(bytes, descriptor.mediaType).blobs;
  const document = JSON.parse(
    Buffer.from(await store.getBlob(repository, config!.digest)).toString(),
  ) as Record<string, unknown>;
  const rootfs = document.rootfs as { diff_ids?: string[] } | undefined;
  return { locator, digest: descriptor.digest, config: document, layers, diffIds: rootfs?.diff_ids ?? [] };
}

function compareConfigs(a: OpenImage, b: OpenImage): Difference[] {
  const values = [a, b].map(({ config: { rootfs: _, ...rest } }) => new Map(leaves(rest)));
  const paths = new Set([...values[0]!.keys(), ...values[1]!.keys()]);
  return [...paths].flatMap((path): Difference[] => {
    const [left = '', right = ''] = values.map((map) => map.get(path));
    const cause = /(^|\.)created$/.test(path) ? 'config-time' : 'content';
    return left === right ? [] : [{ cause, layer: 'config', path, left, right }];
  });
}

function* leaves(value: unknown, path = ''): Generator<[string, string]> {
  if (typeof value !== 'object' || value === null) yield [path, JSON.stringify(value) ?? ''];
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* leaves(item, `${path}[${index}]`);
  } else {
    for (const [key, item] of Object.entries(value)) yield* leaves(item, path ? `${path}.${key}` : key);
  }
}

async function compareLayers(a: OpenImage, b: OpenImage): Promise<Difference[]> {
  const differences: Difference[] = [];
  const top = Math.max(a.layers.length, b.layers.length) - 1;
  for (let layer = 0; layer <= top; layer++) {
    const [left, right] = [a.layers[layer], b.layers[layer]];
    if (left && right && left.digest === right.digest) continue;
    const whole = { layer, left: left?.digest ?? 'none', right: right?.digest ?? 'none' };
    if (!left || !right) differences.push({ cause: 'content', ...whole });
    else if (a.diffIds[layer] === b.diffIds[layer]) differences.push({ cause: 'compression', ...whole });
    else if (layer < top) differences.push({ cause: 'base-image', ...whole });
    else {
      const files = await Promise.all([readFiles(a, left), readFiles(b, right)]);
      differences.push(...compareFiles(layer, files[0]!, files[1]!));
    }
  }
  return differences;
}

async function readFiles({ locator }: OpenImage, layer: Descriptor): Promise<LayerFile[]> {
  return readLayerFiles(layer, await locator.store.streamBlob(locator.repository, layer.digest));
}

function compareFiles(layer: number, left: LayerFile[], right: LayerFile[]): Difference[] {
  const differences: Difference[] = [];
  const names = [left, right].map((files) => files.map(({ path }) => path));
  const sameNames = [...names[0]!].sort().join('\n') === [...names[1]!].sort().join('\n');
  if (sameNames && names[0]!.join('\n') !== names[1]!.join('\n')) {
    const at = names[0]!.findIndex((name, index) => name !== names[1]![index]);
    const order = (index: number) => `${names[index]![at]} at place ${at + 1}`;
    differences.push({ cause: 'file-order', layer, left: order(0), right: order(1) });
  }
  const others = new Map(right.map((file) => [file.path, file]));
  for (const file of left) {
    const other = others.get(file.path);
    others.delete(file.path);
    differences.push(...(other ? compareFile(layer, file, other) : [only(layer, file, 'left')]));
  }
  for (const file of others.values()) differences.push(only(layer, file, 'right'));
  return differences;
}

function only(layer: number, { path, digest }: LayerFile, side: 'left' | 'right'): Difference {
  const [left, right] = side === 'left' ? [digest, 'none'] : ['none', digest];
  return { cause: 'content', layer, path, left, right };
}

function compareFile(layer: number, a: LayerFile, b: LayerFile): Difference[] {
  const at = { layer, path: a.path };
  const differences: Difference[] = [];
  if (a.mtime !== b.mtime) {
    const [left, right] = [a, b].map((file) => new Date(file.mtime).toISOString());
    differences.push({ cause: 'layer-time', ...at, left: left!, right: right! });
  }
  const [left, right] = [a, b].map(({ type, mode, owner, link }) =>
    `${type} ${mode.toString(8)} ${owner} ${link}`.trim(),
  );
  if (left !== right) differences.push({ cause: 'content', ...at, left: left!, right: right! });
  if (a.digest !== b.digest) {
    const causes = a.content && b.content ? comparePrograms(a.content, b.content) : [];
    differences.push(...causes.map((cause) => ({ ...cause, ...at })));
    if (causes.length === 0) differences.push({ cause: 'content', ...at, left: a.digest, right: b.digest });
  }
  return differences;
}
