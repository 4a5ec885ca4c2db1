import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { importViolations } from './import-directions.ts';

// What `make check` does: format and lint, types, import directions. Prints the first that fails and stops.
const root = resolve(import.meta.dirname, '..');

function run(name: string, command: string, args: string[]): void {
  const started = performance.now();
  const { status } = spawnSync(resolve(root, 'node_modules/.bin', command), args, {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) {
    console.error(`error: ${name} failed\nhint: 'make format' mends what can be mended`);
    process.exit(1);
  }
  console.error(`check: ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

run('format and lint', 'biome', ['ci', '--error-on-warnings', '.']);
run('types', 'tsc', ['-p', '.']);
const violations = importViolations(root);
for (const violation of violations) console.error(`error: ${violation}`);
if (violations.length > 0) process.exit(1);
console.error('check: import directions');
