import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock } from '../clock.ts';
import { scratchFolder } from '../store/scratch-store.ts';
import { openServingCertificate } from './serving-certificate.ts';

const day = 24 * 60 * 60 * 1000;

test('what is made once is kept, in files of the owner alone', async (t) => {
  const folder = join(scratchFolder(t), 'access');
  const first = await openServingCertificate(folder);
  assert.deepEqual(await openServingCertificate(folder), first);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of ['ca.key', 'ca.crt', 'serving.key', 'serving.crt']) {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  }
});

test('a server shows it to clients that trust the authority, under each name of the loopback', async (t) => {
  const { certificate, privateKey, authority } = await openServingCertificate(scratchFolder(t));
  const server = createServer({ cert: certificate, key: privateKey }, (_, response) => response.end('fine'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const fetchAs = (servername: string, ca?: string) =>
    new Promise<string>((accept, reject) => {
      const options = { port, host: '127.0.0.1', servername, agent: false, ...(ca && { ca }) };
      request(options, (response) => response.setEncoding('utf8').on('data', accept))
        .on('error', reject)
        .end();
    });
  assert.equal(await fetchAs('localhost', authority), 'fine');
  await assert.rejects(fetchAs('localhost'), { code: /SELF_SIGNED|UNABLE_TO/ });
  await assert.rejects(fetchAs('example.com', authority), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  const { subjectAltName } = new X509Certificate(certificate);
  assert.match(subjectAltName!, /DNS:localhost.*IP Address:127\.0\.0\.1.*IP Address:0:0:0:0:0:0:0:1/);
});

test('a certificate is renewed before it expires, under the same authority', async (t) => {
  const folder = scratchFolder(t);
  const clock = new ManualClock('2026-01-01T00:00:00Z');
  const first = await openServingCertificate(folder, { clock });
  assert.equal(new Date(first.renewAt).toISOString(), '2026-12-02T00:00:00.000Z');
  clock.advance(334 * day);
  assert.equal((await openServingCertificate(folder, { clock })).certificate, first.certificate);
  clock.advance(2 * day);
  const renewed = await openServingCertificate(folder, { clock });
  assert.notEqual(renewed.certificate, first.certificate);
  assert.equal(renewed.authority, first.authority);
  assert.ok(new X509Certificate(renewed.certificate).verify(new X509Certificate(first.authority).publicKey));
});

test('an authority at its end is replaced, and the certificate with it', async (t) => {
  const folder = scratchFolder(t);
  const clock = new ManualClock('2026-01-01T00:00:00Z');
  const first = await openServingCertificate(folder, { clock });
  clock.advance(3630 * day);
  const next = await openServingCertificate(folder, { clock });
  assert.notEqual(next.authority, first.authority);
  assert.ok(new X509Certificate(next.certificate).checkIssued(new X509Certificate(next.authority)));
});

test('a half-written pair is made again; a file that is something else is told', async (t) => {
  const folder = scratchFolder(t);
  const first = await openServingCertificate(folder);
  rmSync(join(folder, 'serving.crt'));
  const again = await openServingCertificate(folder);
  assert.equal(again.authority, first.authority);
  assert.notEqual(again.certificate, first.certificate);
  writeFileSync(join(folder, 'ca.crt'), 'nonsense');
  await assert.rejects(openServingCertificate(folder), { code: 'InvalidCertificate', message: /ca\.crt/ });
});
