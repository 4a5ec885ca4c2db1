import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isOciError } from '../error.ts';
import { formatReference, parseReference, parseRepository, referenceTarget } from './reference.ts';

const sha256 = `sha256:${'a'.repeat(64)}`;
const sha512 = `sha512:${'b'.repeat(128)}`;

describe('parseReference', () => {
  const cases: Record<string, [host: string, path: string, tag?: string, digest?: string]> = {
    alpine: ['docker.io', 'library/alpine'],
    'alpine:3.20': ['docker.io', 'library/alpine', '3.20'],
    'team/app': ['docker.io', 'team/app'],
    'docker.io/alpine': ['docker.io', 'library/alpine'],
    'index.docker.io/alpine': ['docker.io', 'library/alpine'],
    'index.docker.io/team/app:v1': ['docker.io', 'team/app', 'v1'],
    'localhost/app': ['localhost', 'app'],
    'localhost:5000/app': ['localhost:5000', 'app'],
    'localhost:5000/team/app:v1': ['localhost:5000', 'team/app', 'v1'],
    'quay.io/org/sub/app:v1': ['quay.io', 'org/sub/app', 'v1'],
    'registry.example:443/a__b/c-d.e_f': ['registry.example:443', 'a__b/c-d.e_f'],
    '127.0.0.1:80/x': ['127.0.0.1:80', 'x'],
    '[::1]:5000/x:t': ['[::1]:5000', 'x', 't'],
    'Registry/app': ['Registry', 'app'],
    [`alpine@${sha256}`]: ['docker.io', 'library/alpine', undefined, sha256],
    [`quay.io/app:v1@${sha256}`]: ['quay.io', 'app', 'v1', sha256],
    [`quay.io/app@${sha512}`]: ['quay.io', 'app', undefined, sha512],
    [`quay.io/app:${'t'.repeat(128)}`]: ['quay.io', 'app', 't'.repeat(128)],
  };
  for (const [text, [host, path, tag, digest]] of Object.entries(cases)) {
    it(`reads ${text.slice(0, 60)}`, () => {
      const expected = {
        host,
        path,
        repository: `${host}/${path}`,
        ...(tag && { tag }),
        ...(digest && { digest }),
      };
      assert.deepEqual(parseReference(text), expected);
    });
  }

  const wrong: Record<string, RegExp> = {
    '': /empty/,
    'docker://quay.io/app': /docker:\/\//,
    'quay.io/App': /repository path/,
    'quay.io/a//b': /repository path/,
    'quay.io/a/': /repository path/,
    'quay.io/../etc': /repository path/,
    'quay.io/a___b': /repository path/,
    'quay.io/-a': /repository path/,
    'quay.io/a:': /tag/,
    'quay.io/a:-t': /tag/,
    [`quay.io/a:${'t'.repeat(129)}`]: /tag/,
    'quay.io/a@sha256:abc': /digest/,
    [`quay.io/a@sha256:${'A'.repeat(64)}`]: /digest/,
    [`quay.io/a@md5:${'a'.repeat(32)}`]: /digest/,
    'quay.io:x/a': /host/,
    'qu ay.io/a': /host/,
    'a b': /repository path/,
    'a\nb': /repository path/,
    [`quay.io/${'a'.repeat(255)}`]: /255/,
    ['a'.repeat(64)]: /image id/,
  };
  for (const [text, message] of Object.entries(wrong)) {
    it(`refuses ${JSON.stringify(text.slice(0, 60))}`, () => {
      assert.throws(
        () => parseReference(text),
        (error) => {
          assert.ok(isOciError(error, 'InvalidReference'));
          assert.match(error.message, message);
          assert.ok(error.hint);
          return true;
        },
      );
    });
  }

  it('hints at lower case', () => {
    assert.throws(() => parseReference('quay.io/Team/App'), { hint: /team\/app/ });
  });
});

describe('formatReference', () => {
  const component = fc.stringMatching(/^[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,6}){0,2}$/);
  const host = fc.oneof(
    fc.constantFrom('localhost', 'docker.io', 'localhost:5000', '[::1]:5000', 'quay.io'),
    fc.stringMatching(/^[a-z][a-z0-9]{0,8}\.[a-z]{2,5}(:[0-9]{1,4})?$/),
  );
  const reference = fc.record(
    {
      host,
      path: fc.array(component, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('/')),
      tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
      digest: fc.constantFrom(sha256, sha512),
    },
    { requiredKeys: ['host', 'path'] },
  );

  it('is undone by parseReference', () => {
    fc.assert(
      fc.property(reference, (given) => {
        const text = formatReference(given);
        const parsed = parseReference(text);
        assert.equal(parsed.path, given.path);
        assert.equal(parsed.tag, given.tag);
        assert.equal(parsed.digest, given.digest);
        assert.equal(formatReference(parsed), text);
        assert.deepEqual(parseReference(formatReference(parsed)), parsed);
      }),
    );
  });

  it('parses or throws InvalidReference, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        try {
          const parsed = parseReference(text);
          assert.deepEqual(parseReference(formatReference(parsed)), parsed);
        } catch (error) {
          assert.ok(isOciError(error, 'InvalidReference'));
        }
      }),
    );
  });
});

describe('parseRepository', () => {
  it('refuses a tag', () => {
    assert.throws(() => parseRepository('quay.io/app:v1'), { code: 'InvalidReference' });
  });
});

describe('referenceTarget', () => {
  it('takes the digest, then the tag, then latest', () => {
    assert.equal(referenceTarget({ tag: 'v1', digest: sha256 }), sha256);
    assert.equal(referenceTarget({ tag: 'v1' }), 'v1');
    assert.equal(referenceTarget({}), 'latest');
  });
});
