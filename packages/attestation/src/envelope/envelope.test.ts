import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeBundle, parseBundle, verifyBundle } from '../bundle/bundle.ts';
import { loadSigner, type Signer } from '../keys/signer.ts';
import {
  encodeEnvelope,
  envelopePayload,
  parseEnvelope,
  preAuthenticationEncoding,
  signEnvelope,
  verifyEnvelope,
} from './envelope.ts';

const newSigner = (): Promise<Signer> =>
  loadSigner(
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  );
const type = 'application/vnd.in-toto+json';

test('the pre-authentication encoding counts bytes, not characters', () => {
  const encoded = Buffer.from(preAuthenticationEncoding('ty', Buffer.from('é'))).toString();
  assert.equal(encoded, 'DSSEv1 2 ty 2 é');
});

test('an envelope verifies with its key, in every spelling of base64, and with no other', async () => {
  const [signer, other] = await Promise.all([newSigner(), newSigner()]);
  const payload = Buffer.from([0xfb, 0xff, 0xfe, 0x00]);
  const envelope = await signEnvelope(type, payload, signer);
  const read = parseEnvelope(encodeEnvelope(envelope));
  assert.deepEqual(Buffer.from(envelopePayload(read)), payload);
  assert.equal(verifyEnvelope(read, [other.publicKey, signer.publicKey]), signer.publicKey);
  assert.equal(verifyEnvelope(read, [other.publicKey]), undefined);
  assert.equal(verifyEnvelope(read, []), undefined);
  const urlSafe = { ...read, payload: payload.toString('base64url') };
  assert.equal(verifyEnvelope(urlSafe, [signer.publicKey]), signer.publicKey);
});

test('changing any byte of the payload, or its type, breaks the signature', async () => {
  const signer = await newSigner();
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (payload, at, flip) => {
        const envelope = await signEnvelope(type, payload, signer);
        const changed = Buffer.from(payload);
        changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ flip;
        assert.equal(
          verifyEnvelope({ ...envelope, payload: changed.toString('base64') }, [signer.publicKey]),
          undefined,
        );
        assert.equal(verifyEnvelope({ ...envelope, payloadType: 'x' }, [signer.publicKey]), undefined);
      },
    ),
    { numRuns: 30 },
  );
});

test('what is no envelope is refused', () => {
  for (const text of [
    '{}',
    '{"payloadType":"t","payload":"*","signatures":[]}',
    '{"payloadType":"t","payload":"YQ==","signatures":[]}',
    '[]',
  ]) {
    assert.throws(() => parseEnvelope(Buffer.from(text)), { code: 'InvalidEnvelope' });
  }
});

test('a bundle names its key by hint, verifies with it, and with no other', async () => {
  const [signer, other] = await Promise.all([newSigner(), newSigner()]);
  const bytes = await encodeBundle(await signEnvelope(type, Buffer.from('{}'), signer), signer.publicKey);
  const bundle = await parseBundle(bytes);
  assert.equal(bundle.hint, signer.publicKey.hint);
  assert.equal(await verifyBundle(bundle, [other.publicKey, signer.publicKey]), signer.publicKey);
  assert.equal(await verifyBundle(bundle, [other.publicKey]), undefined);
  const text = Buffer.from(bytes).toString();
  const changed = await parseBundle(Buffer.from(text.replace('"payload":"e30="', '"payload":"e30K"')));
  assert.equal(await verifyBundle(changed, [signer.publicKey]), undefined);
});

test('bundles of other versions, and with several signatures, are refused', async () => {
  const signer = await newSigner();
  const envelope = await signEnvelope(type, Buffer.from('{}'), signer);
  const json = JSON.parse(Buffer.from(await encodeBundle(envelope, signer.publicKey)).toString());
  const refused = [
    { ...json, mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2' },
    {
      ...json,
      dsseEnvelope: {
        ...json.dsseEnvelope,
        signatures: [...json.dsseEnvelope.signatures, ...json.dsseEnvelope.signatures],
      },
    },
    { ...json, verificationMaterial: {} },
    { ...json, dsseEnvelope: undefined },
  ];
  for (const value of refused) {
    await assert.rejects(parseBundle(Buffer.from(JSON.stringify(value))), { code: 'InvalidBundle' });
  }
});
