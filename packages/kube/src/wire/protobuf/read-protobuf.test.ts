import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { isKubeError } from '../../error.ts';
import { readProtobuf } from './read-protobuf.ts';

type Write = (writer: BinaryWriter) => void;

const text =
  (field: number, value: string): Write =>
  (writer) =>
    void writer.tag(field, WireType.LengthDelimited).string(value);
const bytes =
  (field: number, value: Uint8Array): Write =>
  (writer) =>
    void writer.tag(field, WireType.LengthDelimited).bytes(value);
const varint =
  (field: number, value: number): Write =>
  (writer) =>
    void writer.tag(field, WireType.Varint).int64(value);

function message(...fields: Write[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of fields) field(writer);
  return writer.finish();
}

const sub = (field: number, ...fields: Write[]): Write => bytes(field, message(...fields));

function enveloped(apiVersion: string, kind: string, ...fields: Write[]): Uint8Array {
  const envelope = message(
    sub(1, text(1, apiVersion), text(2, kind)),
    sub(2, ...fields),
    text(3, ''),
    text(4, ''),
  );
  return Buffer.concat([Buffer.from('k8s\0'), envelope]);
}

test('an object comes out as its JSON: zeros are absent, pointers are not, bytes are base64', () => {
  const secret = readProtobuf(
    enveloped(
      'v1',
      'Secret',
      sub(1, text(1, 'x'), text(2, ''), varint(7, 0), sub(8), sub(11, text(1, 'a'), text(2, ''))),
      sub(2, text(1, 'key'), bytes(2, Buffer.from('secret'))),
      sub(2, text(1, '__proto__'), bytes(2, Buffer.from('plain'))),
      text(3, 'Opaque'),
      varint(5, 0),
    ),
  );
  assert.equal(
    JSON.stringify(secret),
    '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x","labels":{"a":""}},' +
      '"data":{"key":"c2VjcmV0","__proto__":"cGxhaW4="},"type":"Opaque","immutable":false}',
  );
});

test('lists keep their order, and times are text', () => {
  const lease = enveloped(
    'coordination.k8s.io/v1',
    'Lease',
    sub(1, text(14, 'b/x'), text(14, 'a/x'), sub(8, varint(1, 1_767_225_600), varint(2, 0))),
    sub(2, text(1, 'me'), sub(4, varint(1, 1_767_225_600), varint(2, 1_500_000)), varint(5, 0)),
  );
  assert.deepEqual(readProtobuf(lease), {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { finalizers: ['b/x', 'a/x'], creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { holderIdentity: 'me', renewTime: '2026-01-01T00:00:00.001500Z', leaseTransitions: 0 },
  });
});

test('what is not known is refused, not dropped', () => {
  const refused = [
    enveloped('v1', 'Pod'),
    enveloped('v2', 'Secret'),
    enveloped('v1', 'ConfigMap', text(9, 'x')),
  ];
  for (const body of refused) {
    assert.throws(
      () => readProtobuf(body),
      (error) => isKubeError(error, 'UnsupportedMediaType'),
    );
  }
});

test('malformed bytes are a bad request', () => {
  const whole = Buffer.from(enveloped('v1', 'ConfigMap', sub(2, text(1, 'a'), text(2, 'b'))));
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
      const damaged = Buffer.from(whole);
      damaged[at] = value;
      try {
        readProtobuf(damaged.subarray(0, length));
      } catch (error) {
        assert.ok(
          isKubeError(error, 'BadRequest') || isKubeError(error, 'UnsupportedMediaType'),
          String(error),
        );
      }
    }),
  );
});
