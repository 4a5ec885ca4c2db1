import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parsePublicKey, publicKeyOf } from './public-key.ts';
import { generateSigningKey, loadSigner } from './signer.ts';

const data = Buffer.from('what is signed');

test('a generated key opens with its password and signs for its public half', async () => {
  const pair = await generateSigningKey('sésame');
  assert.match(pair.privatePem, /^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n/);
  const signer = await loadSigner(pair.privatePem, 'sésame');
  const signature = await signer.sign(data);
  const key = parsePublicKey(pair.publicPem);
  assert.equal(key.verify(data, signature), true);
  assert.equal(key.verify(Buffer.from('something else'), signature), false);
  assert.equal(key.hint, signer.publicKey.hint);
});

test('a wrong password, or none, is told apart from a damaged file', async () => {
  const { privatePem } = await generateSigningKey('right');
  await assert.rejects(loadSigner(privatePem, 'wrong'), { code: 'WrongPassword' });
  await assert.rejects(loadSigner(privatePem), { code: 'WrongPassword' });
  const damaged = privatePem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
  await assert.rejects(loadSigner(damaged, 'right'), (error: { code: string }) =>
    /Invalid(Key|Json)/.test(error.code),
  );
  await assert.rejects(loadSigner('not a key'), { code: 'InvalidKey' });
});

test('costs that the reference reader refuses are refused', async () => {
  const { privatePem } = await generateSigningKey('');
  const body = Buffer.from(privatePem.split('\n').slice(1, -2).join(''), 'base64').toString();
  const weak = Buffer.from(body.replace('"N":65536', '"N":1024')).toString('base64');
  const pem = `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n${weak}\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n`;
  await assert.rejects(loadSigner(pem, ''), { code: 'InvalidKey' });
});

test('an unencrypted PKCS#8 key is read', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = await loadSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  assert.equal(signer.publicKey.verify(data, await signer.sign(data)), true);
});

test('the fingerprint is the one ssh-keygen prints, for every kind of key', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-key-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const keys = [
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    generateKeyPairSync('ec', { namedCurve: 'P-521' }),
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ];
  for (const { publicKey } of keys) {
    const file = join(directory, 'key.pub');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    writeFileSync(join(directory, 'key.pem'), pem);
    writeFileSync(file, execFileSync('ssh-keygen', ['-i', '-m', 'PKCS8', '-f', join(directory, 'key.pem')]));
    const printed = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' }).split(' ')[1];
    assert.equal(publicKeyOf(publicKey).fingerprint, printed);
  }
});

test('keys of unsupported kinds are refused', () => {
  const { publicKey } = generateKeyPairSync('x25519');
  assert.throws(() => publicKeyOf(publicKey), { code: 'InvalidKey' });
  assert.throws(() => parsePublicKey('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'), {
    code: 'InvalidKey',
  });
});
