import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunResult } from '@assay/tekton';
import fc from 'fast-check';
import {
  artifactInputs,
  artifactPairs,
  buildArtifacts,
  hintedImages,
  isArtifactResult,
} from './artifacts.ts';
import { gitSource, gitUri } from './git-source.ts';
import { parseHintDigest } from './hint-digest.ts';
import { parseHintImage } from './image-name.ts';
import type { HintWarning } from './warning.ts';

const hex = 'ab'.repeat(32);
const digest = `sha256:${hex}`;

test('digests are read by the length that their algorithm has', () => {
  assert.deepEqual(parseHintDigest(digest), { algorithm: 'sha256', hex });
  assert.deepEqual(parseHintDigest(` SHA256 : ${hex} `), { algorithm: 'sha256', hex });
  assert.ok(parseHintDigest(`sha1:${'a'.repeat(40)}`));
  assert.ok(parseHintDigest(`sha384:${'a'.repeat(96)}`));
  assert.ok(parseHintDigest(`sha512:${'a'.repeat(128)}`));
  for (const text of [
    '',
    'sha256',
    `sha256:${hex}0`,
    `sha256:${hex.toUpperCase()}`,
    `md5:${'a'.repeat(32)}`,
    `${digest}:x`,
    `constructor:${hex}`,
  ]) {
    assert.equal(parseHintDigest(text), undefined, text);
  }
});

test('images are named as Chains names them', () => {
  const named = (text: string) => parseHintImage(`${text}@${digest}`)?.repository;
  assert.equal(named('registry.example/team/app:v1'), 'registry.example/team/app');
  assert.equal(named('localhost:5000/app'), 'localhost:5000/app');
  assert.equal(named('localhost:5000/app:v1'), 'localhost:5000/app');
  assert.equal(named('[::1]:5000/app'), '[::1]:5000/app');
  assert.equal(named('alpine'), 'index.docker.io/library/alpine');
  assert.equal(named('docker.io/team/app'), 'index.docker.io/team/app');
  for (const text of [
    '',
    'UPPER/app',
    'registry.example/x',
    'pkg:generic/x',
    'git+https://git.example/a',
    'a b/app',
    'https://a.example/b',
  ]) {
    assert.equal(named(text), undefined, text);
  }
  assert.equal(parseHintImage('registry.example/team/app'), undefined);
  assert.equal(parseHintImage(`registry.example/team/app@sha512:${'a'.repeat(128)}`), undefined);
});

test('halves join by prefix, in result order, whatever separates the suffix', () => {
  const results: RunResult[] = [
    { name: 'b-IMAGE_DIGEST', value: `${digest}\n` },
    { name: 'IMAGE_URL', value: 'registry.example/a/one' },
    { name: 'b-IMAGE_URL', value: ' registry.example/a/two:v1\n' },
    { name: 'IMAGE_DIGEST', value: digest },
    { name: 'c_IMAGE_URL', value: 'registry.example/a/three' },
    { name: 'c_IMAGE_DIGEST', value: '' },
  ];
  const warnings: HintWarning[] = [];
  const found = hintedImages(results, (warning) => warnings.push(warning));
  assert.deepEqual(
    found.map(({ repository }) => repository),
    ['registry.example/a/two', 'registry.example/a/one'],
  );
  assert.deepEqual(
    warnings.map(({ name }) => name),
    ['c_IMAGE_DIGEST'],
  );
});

test('IMAGES lists images by comma or line, and one named twice counts once', () => {
  const results: RunResult[] = [
    {
      name: 'IMAGES',
      value: `registry.example/a/one@${digest},registry.example/a/two:v1@${digest}\n\n nonsense \n`,
    },
    { name: 'MY-IMAGES', value: `registry.example/a/three@${digest}` },
    { name: 'IMAGE_URL', value: 'registry.example/a/one:latest' },
    { name: 'IMAGE_DIGEST', value: digest },
  ];
  const warnings: HintWarning[] = [];
  const found = hintedImages(results, (warning) => warnings.push(warning));
  assert.deepEqual(
    found.map(({ repository }) => repository),
    ['registry.example/a/one', 'registry.example/a/two'],
  );
  assert.match(warnings[0]?.message ?? '', /"nonsense" is not an image/);
});

test('only outputs that say so, in text, are build artifacts', () => {
  const value = { uri: 'pkg:generic/a', digest };
  const results = [
    { name: 'a-ARTIFACT_OUTPUTS', value: { ...value, isBuildArtifact: 'true' } },
    { name: 'b-ARTIFACT_OUTPUTS', value },
    { name: 'c-ARTIFACT_OUTPUTS', value: { ...value, isBuildArtifact: 'True' } },
    { name: 'd-ARTIFACT_OUTPUTS', value: { ...value, isBuildArtifact: 'true', digest: 'sha1:short' } },
    { name: 'e-ARTIFACT_OUTPUTS', value: 'pkg:generic/a' },
  ] as RunResult[];
  assert.equal(buildArtifacts(results).length, 1);
  assert.deepEqual(results.map(isArtifactResult), [true, false, false, true, true]);
});

test('a hint that is too long is left out', () => {
  const long = 'a'.repeat(5000);
  assert.deepEqual(
    artifactPairs([
      { name: 'ARTIFACT_URI', value: long },
      { name: 'ARTIFACT_DIGEST', value: digest },
    ]),
    [],
  );
  assert.deepEqual(artifactInputs([{ name: 'ARTIFACT_INPUTS', value: { uri: long, digest } }]), []);
});

test('the git source takes each half from the last place that has it', () => {
  const declared = [
    { name: 'CHAINS-GIT_URL', default: 'https://default.example/a' },
    { name: 'CHAINS-GIT_COMMIT', default: 'one' },
  ];
  const params = [{ name: 'CHAINS-GIT_URL', value: 'https://param.example/a' }];
  const results = [{ name: 'CHAINS-GIT_COMMIT', value: 'two' }];
  assert.deepEqual(gitSource({ declared, params, results }), {
    uri: 'git+https://param.example/a.git',
    digest: { sha1: 'two' },
  });
  assert.deepEqual(gitSource({ declared }), {
    uri: 'git+https://default.example/a.git',
    digest: { sha1: 'one' },
  });
  const sha256 = [{ name: 'CHAINS-GIT_COMMIT', value: hex }];
  assert.deepEqual(gitSource({ params, results: sha256 })?.digest, { sha256: hex });
  const warnings: HintWarning[] = [];
  assert.equal(
    gitSource({ results }, (warning) => warnings.push(warning)),
    undefined,
  );
  assert.equal(warnings[0]?.name, 'CHAINS-GIT_URL');
  assert.equal(gitUri('git+https://a.example/b.git'), 'git+https://a.example/b.git');
});

test('whatever a build writes into its results, reading hints never throws', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'IMAGES',
      'IMAGE_URL',
      'IMAGE_DIGEST',
      'x-ARTIFACT_OUTPUTS',
      'ARTIFACT_URI',
      'ARTIFACT_DIGEST',
    ),
    fc.string(),
  );
  const value = fc.oneof(fc.string(), fc.constant(digest), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(fc.record({ name, value })), (results) => {
      const read = results as RunResult[];
      for (const image of hintedImages(read)) assert.match(image.digest, /^sha256:[a-f0-9]{64}$/);
      artifactPairs(read);
      artifactInputs(read);
    }),
  );
});
