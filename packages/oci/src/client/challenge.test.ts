import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseChallenges } from './challenge.ts';

describe('parseChallenges', () => {
  it('reads a bearer challenge', () => {
    const header =
      'Bearer realm="https://auth.example/token?x=1,2",service="a \\"b\\"", scope="repository:x:pull,push"';
    assert.deepEqual(parseChallenges(header), [
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.example/token?x=1,2',
          service: 'a "b"',
          scope: 'repository:x:pull,push',
        },
      },
    ]);
  });

  it('reads several challenges of one header', () => {
    assert.deepEqual(parseChallenges('Negotiate, Basic realm=plain, Bearer realm="https://a"'), [
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'plain' } },
      { scheme: 'bearer', parameters: { realm: 'https://a' } },
    ]);
  });

  it('ends on any text', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseChallenges(text))));
  });
});
