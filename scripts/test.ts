import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

// Runs the tests under node:test: all of them, or those whose path contains one of the words given.
const root = resolve(import.meta.dirname, '..');
const words = process.argv.slice(2);
const { globSync } = await import('node:fs');
const files = [
  'packages/*/src/**/*.test.ts',
  'packages/*/test/**/*.test.ts',
  'library/**/*.test.ts',
  'scripts/*.test.ts',
  'conformance/*.test.ts',
  'examples/**/*.test.ts',
]
  .flatMap((pattern) => globSync(pattern, { cwd: root, exclude: (name) => name === 'node_modules' }))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`error: no test file matches ${words.join(' ')}`);
  process.exit(2);
}

const unpacked = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'assay/debian/docker-registry/usr/bin',
);
const path = existsSync(unpacked) ? `${process.env.PATH}:${unpacked}` : process.env.PATH;
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', ...files], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: path },
});
process.exit(status ?? 1);
