import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

interface LockFile {
  packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>;
}

const lock = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../package-lock.json'), 'utf8'),
) as LockFile;

test('the lock file holds every optional dependency, also of other platforms, as `npm ci` demands', () => {
  const missing = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies).filter((name) => !lock.packages[`node_modules/${name}`]),
  );
  assert.deepEqual(missing, []);
});

test('the lock file names no registry, so that each machine uses its own', () => {
  const urls = Object.values(lock.packages).flatMap(({ resolved = '' }) =>
    resolved.startsWith('http') ? [resolved] : [],
  );
  assert.deepEqual(urls, []);
});
