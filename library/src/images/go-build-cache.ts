import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type LayerEntry, readDirectory } from '@assay/oci';
import type { GoBuildCacheLayer } from './recipe.ts';
import { runProgram } from './run-program.ts';

/**
 * Compiles standard library packages with the Go of an image and returns the resulting build cache. Go's cache is
 * keyed by content, its compiler is reproducible, and it hides where GOROOT is; the one thing in the cache that
 * differs from run to run is the time an action was recorded, which is set to a constant.
 *
 * @param goLayer the tar of the layer that holds Go.
 * @throws LibraryError `GoCacheFailed` when a package does not compile.
 */
export async function makeGoBuildCache(
  recipe: GoBuildCacheLayer,
  goLayer: string,
  scratch: string,
): Promise<LayerEntry[]> {
  const root = join(scratch, 'go-root');
  const cache = join(scratch, 'go-cache');
  await mkdir(root);
  await runProgram('tar', ['-xf', goLayer, '-C', root, '--no-same-owner'], { failure: 'GoCacheFailed' });
  const go = await realpath(join(root, 'usr/bin/go'));
  const env = {
    GOROOT: dirname(dirname(go)),
    GOCACHE: cache,
    GOPATH: join(scratch, 'go-path'),
    GOENV: 'off',
    GOPROXY: 'off',
    GOFLAGS: '',
    CGO_ENABLED: '0',
    HOME: scratch,
    PATH: process.env.PATH ?? '/usr/bin:/bin',
  };
  const args = ['build', '-trimpath', ...recipe.packages];
  await runProgram(go, args, { failure: 'GoCacheFailed', env, cwd: scratch });
  return cacheEntries(cache, recipe.to);
}

async function cacheEntries(cache: string, to: string): Promise<LayerEntry[]> {
  const files = await readDirectory(cache);
  const entries: LayerEntry[] = [{ type: 'directory', name: to, mode: 0o1777 }];
  const outputs = new Set<string>();
  for (const entry of files) {
    const name = `${to}/${entry.name}`;
    const output = /^[0-9a-f]{2}\/([0-9a-f]{64})-d$/.exec(entry.name)?.[1];
    if (entry.type === 'directory') {
      entries.push({ ...entry, name, mode: 0o1777 });
    } else if (output !== undefined && !(await isSourceIndex(join(cache, entry.name)))) {
      outputs.add(output);
      entries.push({ ...entry, name });
    }
  }
  for (const { name } of files.filter((entry) => /^[0-9a-f]{2}\/[0-9a-f]{64}-a$/.test(entry.name))) {
    const action = parseAction(await readFile(join(cache, name), 'utf8'));
    if (!outputs.has(action.output)) continue;
    entries.push({
      type: 'file',
      name: `${to}/${name}`,
      mode: 0o644,
      content: Buffer.from(action.withoutTime),
    });
  }
  return entries;
}

/** An index of source files names the directory they are in on this machine; Go makes a new one in milliseconds. */
async function isSourceIndex(path: string): Promise<boolean> {
  return (await readFile(path)).subarray(0, 10).toString() === 'go index v';
}

/** An action record is `v1 <action id> <output id> <size> <nanoseconds since 1970>`, padded to a fixed width. */
function parseAction(record: string): { output: string; withoutTime: string } {
  const withoutTime = record.replace(/( *\d+)\n$/, (time: string) => `${'1'.padStart(time.length - 1)}\n`);
  return { output: record.split(' ')[2] ?? '', withoutTime };
}
