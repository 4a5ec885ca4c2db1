import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8');

/** The rows of one section of the page: code to the cells after it. */
function rowsOf(section: string): Map<string, string[]> {
  const text = new RegExp(`^## ${section}\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(page)?.[1] ?? '';
  return new Map(
    [...text.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, code, cells]) => [code!, cells!.split(' | ')]),
  );
}

const errorFiles = globSync(['packages/*/src/error.ts', 'library/src/error.ts'], { cwd: root }).sort();
const packageNames = errorFiles.map((file) => file.split('/').at(-3)!);

for (const [index, file] of errorFiles.entries()) {
  const name = packageNames[index]!;
  test(`every error code of ${name} is explained, and none that is gone`, async () => {
    const module: Record<string, unknown> = await import(join(root, file));
    const [catalogue, ...others] = Object.keys(module).filter((key) => key.endsWith('ErrorCodes'));
    assert.ok(catalogue !== undefined && others.length === 0, `${file} exports one ...ErrorCodes object`);
    const rows = rowsOf(name);
    assert.deepEqual([...rows.keys()].sort(), Object.keys(module[catalogue] as object).sort());
    for (const [code, cells] of rows) {
      assert.equal(cells.length, 2, `${name} ${code} has a meaning and a remedy`);
      assert.ok(
        cells.every((cell) => cell.trim().length > 10),
        `${name} ${code} says something`,
      );
    }
  });
}

test('every section of the page is a package', () => {
  const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, name]) => name);
  assert.deepEqual(sections.sort(), [...packageNames].sort());
});
