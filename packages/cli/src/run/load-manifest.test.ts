import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadManifests } from './load-manifest.ts';

const directory = mkdtempSync(join(tmpdir(), 'assay-manifest-'));
after(() => rmSync(directory, { recursive: true }));
let count = 0;
function file(text: string): string {
  count += 1;
  const path = join(directory, `${count}.yaml`);
  writeFileSync(path, text);
  return path;
}

const task = (name: string) =>
  `apiVersion: tekton.dev/v1\nkind: Task\nmetadata: { name: ${name} }\nspec:\n  params: [{ name: p }]\n  steps: [{ image: x, script: echo }]\n`;

test('objects of several files come in order, defaulted, and know their places', async () => {
  const loaded = await loadManifests([file(`${task('a')}---\n${task('b')}`), file(task('c'))], {});
  assert.deepEqual(
    loaded.map(({ object }) => object.metadata.name),
    ['a', 'b', 'c'],
  );
  const spec = (loaded[0]!.object as { spec?: { params?: { type?: string }[] } }).spec;
  assert.equal(spec?.params?.[0]?.type, 'string');
  const { line, column, file: name } = loaded[1]!.locate('spec.params');
  assert.equal(`${name.slice(directory.length + 1)}:${line}:${column}`, '1.yaml:12:3');
});

test('the first problem is told with its place and line, the others below it', async () => {
  const path = file(task('a').replace('image', 'imagee').replace('params', 'paramz'));
  await assert.rejects(loadManifests([path], {}), {
    code: 'InvalidManifest',
    place: `${path}:5:3`,
    excerpt: '  params: [{ name: p }]'.replace('params', 'paramz'),
    hint: /params/,
    message: /^unknown field "spec.paramz"\n {2}also .*:6:\d+: unknown field "spec.steps\[0\].imagee"/,
  });
});

test('a file that cannot be read is wrong usage', async () => {
  await assert.rejects(loadManifests([join(directory, 'none')], {}), { code: 'Usage', message: /ENOENT/ });
  await assert.rejects(loadManifests([directory], {}), { code: 'Usage', message: /EISDIR/ });
});
