import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Factory, openHome, startFactory } from '@assay/cli';
import { buildToolboxImages } from '@assay/library';
import { openLayoutStore } from '@assay/oci';
import type { FeatureFlags } from '@assay/tekton';

/** Works with a factory in a home of its own, where every image is the toolbox; both are gone afterwards. */
export async function withFactory(
  featureFlags: FeatureFlags,
  work: (factory: Factory) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-conformance-'));
  process.env.ASSAY_HOME = directory;
  const home = openHome();
  try {
    const store = openLayoutStore(home.registry);
    await buildToolboxImages({ store, cacheDir: home.cache, host: 'localhost', images: ['toolbox'] });
    const factory = await startFactory({
      home,
      imageMap: () => 'localhost/toolbox',
      tekton: { featureFlags, defaults: {} },
      onError: (error, place) => console.error(`${place}: ${error instanceof Error ? error.stack : error}`),
    });
    try {
      await work(factory);
    } finally {
      await factory.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Does each piece of work, some at the same time. */
export async function inParallel<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
