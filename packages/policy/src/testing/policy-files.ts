import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files in a directory of their own, removed by `remove`. */
export function temporaryFiles(files: Record<string, string>): { directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'assay-policy-files-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
