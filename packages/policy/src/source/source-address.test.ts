import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSourceAddress, pinnedAddress } from './source-address.ts';

const digest = `sha256:${'a'.repeat(64)}`;

for (const [text, address] of [
  [
    'oci::registry.example/team/policy:v1',
    { kind: 'oci', reference: 'registry.example/team/policy:v1', path: '' },
  ],
  ['oci://localhost:5000/policy', { kind: 'oci', reference: 'localhost:5000/policy', path: '' }],
  [`quay.io/x/y:tag@${digest}`, { kind: 'oci', reference: `quay.io/x/y:tag@${digest}`, path: '' }],
  ['oci::quay.io/x/y:tag//policy/lib', { kind: 'oci', reference: 'quay.io/x/y:tag', path: 'policy/lib' }],
  ['git::https://h/r.git//dir?ref=main', { kind: 'git', url: 'https://h/r.git', path: 'dir', ref: 'main' }],
  ['git::h/r.git', { kind: 'git', url: 'https://h/r.git', path: '' }],
  ['git::git@h:o/r.git', { kind: 'git', url: 'git@h:o/r.git', path: '' }],
  ['github.com/o/r//a/b?ref=v1', { kind: 'git', url: 'https://github.com/o/r.git', path: 'a/b', ref: 'v1' }],
  ['https://h/data.json', { kind: 'http', url: 'https://h/data.json' }],
  ['http://127.0.0.1:80/data.json', { kind: 'http', url: 'http://127.0.0.1:80/data.json' }],
  ['file::./policy', { kind: 'file', path: './policy' }],
  ['file:///etc/policy', { kind: 'file', path: '/etc/policy' }],
  ['./policy', { kind: 'file', path: './policy' }],
  ['/etc/policy', { kind: 'file', path: '/etc/policy' }],
] as const) {
  test(`${text} is a source of kind ${address.kind}`, () =>
    assert.deepEqual(parseSourceAddress(text), address));
}

for (const [text, why] of [
  ['http://h/data.json', /insecure protocol/],
  ['HTTP::http://h/data.json', /insecure protocol/],
  ['git::http://h/r.git', /insecure protocol/],
  ['git::ext::sh -c id', /git is spoken over|cannot be a source/],
  ['git::file:///etc', /git is spoken over/],
  ['git::https://h/r.git?ref=--upload-pack=x', /dash/],
  ['git::https://h/r.git//../x', /leaves it/],
  ['oci::NOT VALID', /not an image reference|repository path/],
  ['s3://bucket/x', /not a way to fetch/],
] as const) {
  test(`${text} is refused`, () => assert.throws(() => parseSourceAddress(text), why));
}

test('the pinned form names the digest or the commit', () => {
  const pinned = (text: string, version?: string) => pinnedAddress(parseSourceAddress(text), version);
  assert.equal(pinned('quay.io/x/y:tag//p', digest), `oci::quay.io/x/y:tag@${digest}//p`);
  assert.equal(pinned('github.com/o/r//a?ref=main', 'abc'), 'git::https://github.com/o/r.git//a?ref=abc');
  assert.equal(pinned('https://h/d.json'), 'https://h/d.json');
});
