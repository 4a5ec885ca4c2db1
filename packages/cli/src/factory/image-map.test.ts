import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseImageMap } from './image-map.ts';

const map = parseImageMap(`
"docker.io/library/alpine:*": localhost/toolbox
"golang": localhost/toolbox-go
"gcr.io/*": localhost/toolbox
`);

test('a star matches any tag, with and without Docker Hub spelled out', () => {
  assert.equal(map('alpine:3.20'), 'localhost/toolbox');
  assert.equal(map('docker.io/library/alpine'), 'localhost/toolbox');
});

test('a pattern without a tag means latest', () => {
  assert.equal(map('golang'), 'localhost/toolbox-go');
  assert.equal(map('golang:1.22'), 'golang:1.22');
});

test('a star matches a whole registry', () => {
  assert.equal(map('gcr.io/distroless/static:nonroot'), 'localhost/toolbox');
});

test('what matches nothing stays as it is', () => {
  assert.equal(map('quay.io/x/y:1'), 'quay.io/x/y:1');
});

test('dots in a pattern are dots', () => {
  assert.equal(parseImageMap('"quay.io/a": b')('quayXio/a'), 'quayXio/a');
});

test('a list is refused with an example of what is wanted', () => {
  assert.throws(() => parseImageMap('- a'), /not a map of patterns to references/);
});
