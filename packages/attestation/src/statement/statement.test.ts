import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseBoundedJson } from './bounded-json.ts';
import { parseStatement } from './parse.ts';
import { provenanceFacts, provenanceFaults } from './provenance.ts';
import { encodeStatement, hasSubject, imageSignatureStatement, type Statement } from './statement.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

test('a statement survives encoding and parsing', () => {
  const statement = imageSignatureStatement(digest);
  assert.deepEqual(parseStatement(encodeStatement(statement)), statement);
  assert.equal(hasSubject(statement, digest), true);
  assert.equal(hasSubject(statement, `sha256:${'cd'.repeat(32)}`), false);
  assert.equal(hasSubject(statement, 'sha256:'), false);
});

test('what is no statement is refused, each for its reason', () => {
  const good = { _type: 'https://in-toto.io/Statement/v1', subject: [], predicateType: 'x', predicate: {} };
  assert.ok(parseStatement(bytes(good)));
  const cases: [unknown, RegExp][] = [
    [[], /not an object/],
    [{ ...good, _type: 'https://in-toto.io/Statement/v9' }, /has _type/],
    [{ ...good, predicateType: '' }, /no predicateType/],
    [{ ...good, subject: {} }, /no list of subjects/],
    [{ ...good, subject: [{ name: 'a' }] }, /subject\[0\] without a digest/],
    [{ ...good, subject: [{ digest: { sha256: 7 } }] }, /subject\[0\] without a digest/],
    [{ ...good, predicate: 'text' }, /predicate that is not an object/],
  ];
  for (const [value, message] of cases)
    assert.throws(() => parseStatement(bytes(value)), { code: 'InvalidStatement', message });
});

test('JSON over the bounds is refused before it is built', () => {
  assert.throws(() => parseBoundedJson(Buffer.from('[1,2,3]'), { maxBytes: 4 }), { code: 'InvalidJson' });
  assert.throws(() => parseBoundedJson(Buffer.from('['.repeat(100_000)), {}), /deeper than 256/);
  assert.throws(() => parseBoundedJson(Uint8Array.of(0x22, 0xff, 0x22)), { code: 'InvalidJson' });
  assert.equal(parseBoundedJson(Buffer.from('"[[[[\\"["'), { maxDepth: 1 }), '[[[["[');
});

test('whatever JSON comes, parsing gives a statement or an AttestationError', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        parseStatement(bytes(value));
      } catch (error) {
        assert.equal((error as Error).name, 'AttestationError');
      }
    }),
  );
});

const v1: Statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType: 'b',
      externalParameters: {},
      resolvedDependencies: [{ uri: 'u', digest: { sha1: 'x' } }],
    },
    runDetails: { builder: { id: 'id' }, metadata: { invocationId: 'i', startedOn: '2026-01-01T00:00:00Z' } },
  },
};

test('sound provenance of both versions gives the same facts', () => {
  const v02 = {
    ...v1,
    predicateType: 'https://slsa.dev/provenance/v0.2',
    predicate: {
      builder: { id: 'id' },
      buildType: 'b',
      materials: [{ uri: 'u', digest: { sha1: 'x' } }],
      metadata: { buildInvocationId: 'i', buildStartedOn: '2026-01-01T00:00:00Z' },
    },
  };
  assert.deepEqual(provenanceFacts(v1), provenanceFacts(v02));
  assert.equal(provenanceFacts(v1)?.builderId, 'id');
});

test('faults in provenance are named by their path', () => {
  const broken = {
    ...v1,
    predicate: {
      buildDefinition: { buildType: 7, resolvedDependencies: [{ digest: [] }] },
      runDetails: { metadata: { startedOn: 'noon' } },
    },
  };
  assert.deepEqual(provenanceFaults(broken), [
    'buildDefinition.buildType: required text is missing',
    'buildDefinition.externalParameters: required object is missing',
    'buildDefinition.resolvedDependencies[0].digest: is not a map of texts',
    'runDetails.builder: required object is missing',
    'runDetails.builder.id: required text is missing',
    'runDetails.metadata.startedOn: is not an RFC 3339 time',
  ]);
  assert.equal(provenanceFacts(broken), undefined);
});
