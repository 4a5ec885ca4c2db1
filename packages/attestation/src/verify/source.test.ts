import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceDescriptor } from '../statement/statement.ts';
import { matchingSources, normaliseGitUri } from './source.ts';

test('spellings of one repository are one', () => {
  const same = [
    'git+https://Git.Example/team/app.git',
    'https://git.example/team/app',
    'https://git.example/team/app/',
    'git+https://git.example/team/app.git@main',
  ];
  assert.deepEqual(new Set(same.map(normaliseGitUri)), new Set(['https://git.example/team/app']));
  assert.equal(normaliseGitUri('ssh://git@git.example/team/app.git'), 'ssh://git@git.example/team/app');
  assert.notEqual(
    normaliseGitUri('https://git.example/team/APP'),
    normaliseGitUri('https://git.example/team/app'),
  );
});

test('repository and commit must be of the same dependency', () => {
  const dependencies: ResourceDescriptor[] = [
    { uri: 'git+https://git.example/a.git', digest: { sha1: 'aaa' } },
    { uri: 'git+https://git.example/b.git', digest: { sha1: 'bbb' } },
    { uri: 'oci://git.example/a', digest: { sha256: 'ccc' } },
  ];
  const match = (sourceUri?: string, sourceCommit?: string) =>
    matchingSources(dependencies, { ...(sourceUri && { sourceUri }), ...(sourceCommit && { sourceCommit }) })
      .length;
  assert.equal(match('https://git.example/a', 'AAA'), 1);
  assert.equal(match('https://git.example/a', 'bbb'), 0);
  assert.equal(match('https://git.example/a'), 1);
  assert.equal(match(undefined, 'bbb'), 1);
  assert.equal(match(undefined, 'ccc'), 0);
});
