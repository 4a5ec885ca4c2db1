import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signEnvelope } from '../envelope/envelope.ts';
import { generateSigningKey } from '../keys/signer.ts';
import { encodeBundle, parseBundle } from './bundle.ts';
import { parseTrustRoot, verifyBundleIdentity } from './trust-root.ts';

/** A certificate authority of its own: it has issued nothing. */
const certificate =
  'MIIBmTCCAT+gAwIBAgIUXi75RzRe6hJRMwvKzOlOa5fq5fQwCgYIKoZIzj0EAwIwITEQMA4GA1UEAwwHdGVzdC1jYTENMAsGA1UECgwEdGVzdDAgFw0yNjExMjExNjM5MzFaGA8yMTI2MTAyODE2MzkzMVowITEQMA4GA1UEAwwHdGVzdC1jYTENMAsGA1UECgwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNGdbKULQ7mYl4CoYu7OWzFYdOmyEUqcsBGS5CQ9A/+LM6u6zmCnuBlr+r9bJ0YxulNKlprfTDD4jt20GeZxwvWjUzBRMB0GA1UdDgQWBBToduxVnNyJR2T+BX3ddY3/tWgWLDAfBgNVHSMEGDAWgBToduxVnNyJR2T+BX3ddY3/tWgWLDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIH/oldHGZC+2DicR78ejOLJfEtxPnA/g1lgLeDs98WKyAiEAr0kNLO0a/cDUJDzLq2Ot1eoFQCridDdyHhKYBmVZkZY=';
const validFor = { start: '2020-01-01T00:00:00Z' };
const root = {
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  certificateAuthorities: [
    {
      subject: {},
      uri: 'https://ca.example',
      certChain: { certificates: [{ rawBytes: certificate }] },
      validFor,
    },
  ],
};

for (const [name, text] of [
  ['no JSON', '{'],
  ['no certificate authority', '{}'],
  ['a certificate that is none', JSON.stringify(root).replace(certificate, 'AAAA')],
] as const) {
  test(`${name}: refused`, async () => {
    await assert.rejects(parseTrustRoot(text), { code: 'InvalidTrustRoot' });
  });
}

test('a bundle by a key has no identity, whatever the trust root', async () => {
  const { signer } = await generateSigningKey('');
  const envelope = await signEnvelope('text/plain', Buffer.from('payload'), signer);
  const bundle = await parseBundle(await encodeBundle(envelope, signer.publicKey));
  const trust = await parseTrustRoot(JSON.stringify(root));
  assert.equal(await verifyBundleIdentity(bundle, trust), undefined);
});

test('a certificate that nobody issued has no identity, also without a log', async () => {
  const { signer } = await generateSigningKey('');
  const envelope = await signEnvelope('text/plain', Buffer.from('payload'), signer);
  const { verificationMaterial: _, ...rest } = JSON.parse(
    new TextDecoder().decode(await encodeBundle(envelope, signer.publicKey)),
  );
  const forged = { ...rest, verificationMaterial: { certificate: { rawBytes: certificate } } };
  const bundle = await parseBundle(Buffer.from(JSON.stringify(forged)));
  const trust = await parseTrustRoot(JSON.stringify(root));
  assert.equal(await verifyBundleIdentity(bundle, trust), undefined);
  assert.equal(await verifyBundleIdentity(bundle, trust, { ignoreLog: true }), undefined);
});
