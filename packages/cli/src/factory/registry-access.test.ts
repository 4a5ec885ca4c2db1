import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorizeRegistry } from './registry-access.ts';

const step = { raw: { socket: {} } };
const host = { raw: { socket: { remoteAddress: '127.0.0.1' } } };

test('a step pulls everything and pushes what it builds', () => {
  assert.equal(authorizeRegistry(step, { repository: 'toolbox', action: 'pull' }), 'allow');
  assert.equal(authorizeRegistry(step, { repository: 'team/app', action: 'push' }), 'allow');
});

test('a step cannot replace the images that other steps run in', () => {
  for (const repository of ['toolbox', 'toolbox-go', 'static']) {
    assert.equal(authorizeRegistry(step, { repository, action: 'push' }), 403);
  }
});

test('a step deletes nothing', () => {
  assert.equal(authorizeRegistry(step, { repository: 'team/app', action: 'delete' }), 403);
});

test('programs of the host may do all of it', () => {
  assert.equal(authorizeRegistry(host, { repository: 'toolbox', action: 'push' }), 'allow');
  assert.equal(authorizeRegistry(host, { repository: 'team/app', action: 'delete' }), 'allow');
});
