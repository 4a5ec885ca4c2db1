import { watch } from 'node:fs';

/** How long after a change further ones are waited for: editors write files in steps. */
const settleMilliseconds = 100;

/** Runs something after every change of files and of files in directories, until the process is interrupted. */
export async function watchPaths(paths: readonly string[], run: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  const announce = (): void => {
    process.stdout.write(`${'*'.repeat(80)}\nWatching for changes ...\n`);
  };
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      last = last.then(run).then(announce);
    }, settleMilliseconds);
  };
  const watchers = paths.map((path) => watch(path, { recursive: true }, changed));
  announce();
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
  clearTimeout(timer);
  for (const watcher of watchers) watcher.close();
  await last;
}
