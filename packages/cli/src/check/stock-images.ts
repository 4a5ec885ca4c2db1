import { buildToolboxImages, type ToolboxImageName, toolboxImages } from '@assay/library';
import { openLayoutStore } from '@assay/oci';
import type { Home } from '../home.ts';

/**
 * Puts the factory's own images into a home that has none: all of them when the texts refer to Tasks elsewhere, which
 * may need any, else those they name.
 */
export async function stockImages(home: Home, texts: readonly string[]): Promise<void> {
  const all = Object.keys(toolboxImages) as ToolboxImageName[];
  const remote = texts.some((text) => /["']?\bresolver["']?\s*:/.test(text));
  const images = remote ? all : all.filter((name) => texts.some((text) => text.includes(`/${name}`)));
  if (images.length === 0) return;
  await buildToolboxImages({
    ...{ store: openLayoutStore(home.registry), host: 'localhost', cacheDir: home.cache, images },
    onProgress: () => {},
  });
}
