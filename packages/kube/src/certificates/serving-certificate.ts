import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import { KubeError } from '../error.ts';
import type { KeyedCertificate } from './issue-certificate.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

/** What a TLS server of the API needs, and what its clients trust. All in PEM. */
export interface ServingCertificate extends KeyedCertificate {
  authority: string;
  /** When `openServingCertificate` would make another one, in milliseconds since the epoch. */
  renewAt: number;
}

const day = 24 * 60 * 60 * 1000;
const authorityDays = 3650;
const servingDays = 365;
/** An authority or certificate with less left than this is replaced. */
const renewBeforeDays = 30;
/** Clocks of clients may be a little behind. */
const backdateMs = 5 * 60_000;

const hosts = {
  dns: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
  ip: ['127.0.0.1', '::1'],
};

/**
 * The home's authority and a certificate of it for the loopback (`localhost`, `127.0.0.1`, `::1`), made when they are
 * missing and again 30 days before they expire; the X.509 library is loaded only then. A new serving certificate is
 * trusted by whoever trusts the authority; a new authority, after ten years, asks for new kubeconfigs.
 * @param directory holds `ca.crt`, `ca.key`, `serving.crt` and `serving.key`, all of them private files
 * @throws KubeError InvalidCertificate when a file is there and cannot be read as what it should be
 */
export async function openServingCertificate(
  directory: string,
  options: { clock?: Clock } = {},
): Promise<ServingCertificate> {
  const now = (options.clock ?? systemClock).now();
  const authority = await openPair(directory, 'ca', now, undefined, async () => {
    const { issueAuthority } = await import('./issue-certificate.ts');
    return issueAuthority('assay-ca', validity(now, authorityDays));
  });
  const serving = await openPair(directory, 'serving', now, authority.x509, async () => {
    const { issueServing } = await import('./issue-certificate.ts');
    return issueServing(authority, hosts, validity(now, servingDays));
  });
  const { certificate, privateKey } = serving;
  const ends = Math.min(Date.parse(serving.x509.validTo), Date.parse(authority.x509.validTo));
  return { certificate, privateKey, authority: authority.certificate, renewAt: ends - renewBeforeDays * day };
}

function validity(now: number, days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now - backdateMs), notAfter: new Date(now + days * day) };
}

type OpenPair = KeyedCertificate & { x509: X509Certificate };

async function openPair(
  directory: string,
  name: string,
  now: number,
  issuer: X509Certificate | undefined,
  make: () => Promise<KeyedCertificate>,
): Promise<OpenPair> {
  const paths = { certificate: join(directory, `${name}.crt`), privateKey: join(directory, `${name}.key`) };
  const certificate = readPrivateFile(paths.certificate);
  const privateKey = readPrivateFile(paths.privateKey);
  if (certificate !== undefined && privateKey !== undefined) {
    const x509 = readCertificate(certificate, paths.certificate);
    if (!x509.checkPrivateKey(readKey(privateKey, paths.privateKey))) {
      // Killed between writing the one and the other: the pair is made again.
    } else if (isCurrent(x509, now) && (!issuer || x509.checkIssued(issuer))) {
      return { certificate, privateKey, x509 };
    }
  }
  const made = await make();
  writePrivateFile(paths.privateKey, made.privateKey);
  writePrivateFile(paths.certificate, made.certificate);
  return { ...made, x509: new X509Certificate(made.certificate) };
}

function isCurrent(x509: X509Certificate, now: number): boolean {
  return Date.parse(x509.validFrom) <= now && now < Date.parse(x509.validTo) - renewBeforeDays * day;
}

function readCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw unreadable(path, 'a certificate', error);
  }
}

function readKey(pem: string, path: string) {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw unreadable(path, 'a private key', error);
  }
}

function unreadable(path: string, what: string, cause: unknown): KubeError {
  return new KubeError('InvalidCertificate', `${path} is not ${what} in PEM`, {
    hint: 'move the file away; it is then made again, and kubeconfigs have to be written again',
    cause,
  });
}
