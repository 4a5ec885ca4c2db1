import { contextTag, DerReader, tags } from '../crypto/der.ts';
import { type PublicKey, parsePublicKeyInfo, readAlgorithm } from '../crypto/public-key.ts';
import { fault } from '../operands.ts';
import { daysInMonth, secondsFromCivil } from '../time/calendar.ts';
import { type Extension, type KnownExtensions, readExtensions, understand } from './extensions.ts';
import { type NameAttribute, readName } from './names.ts';
import { type SignatureAlgorithm, signatureAlgorithmOf } from './signature.ts';

/** A certificate of RFC 5280, read and not yet believed. */
export interface Certificate {
  raw: Uint8Array;
  rawTbs: Uint8Array;
  rawPublicKeyInfo: Uint8Array;
  rawSubject: Uint8Array;
  rawIssuer: Uint8Array;
  version: number;
  serial: bigint;
  issuer: NameAttribute[];
  subject: NameAttribute[];
  /** Seconds since 1970. */
  notBefore: number;
  notAfter: number;
  publicKey: PublicKey;
  signatureAlgorithm: SignatureAlgorithm | undefined;
  signature: Uint8Array;
  extensions: Extension[];
  known: KnownExtensions;
}

const malformed = 'x509: malformed certificate';

/** Certificates in DER, one behind the other. Untrusted input. */
export function parseCertificates(bytes: Uint8Array): Certificate[] {
  const reader = new DerReader(bytes, malformed);
  const certificates: Certificate[] = [];
  while (!reader.done) certificates.push(parseCertificate(reader.element(tags.sequence).raw));
  return certificates;
}

/** One certificate in DER. */
export function parseCertificate(bytes: Uint8Array): Certificate {
  const outer = new DerReader(bytes, malformed);
  const whole = outer.element(tags.sequence);
  if (!outer.done) throw fault('x509: trailing data');
  const reader = outer.inside(whole.content);
  const tbs = reader.element(tags.sequence);
  const algorithm = reader.element(tags.sequence).raw;
  const signature = reader.bits().bytes;
  const body = reader.inside(tbs.content);
  const version = readVersion(body);
  const serial = body.integer();
  const inner = body.element(tags.sequence).raw;
  if (!sameRaw(inner, algorithm)) {
    throw fault("x509: inner and outer signature algorithm identifiers don't match");
  }
  const rawIssuer = body.element(tags.sequence).raw;
  const validity = body.sequence();
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  const rawSubject = body.element(tags.sequence).raw;
  const info = body.element(tags.sequence);
  const publicKey = parsePublicKeyInfo(info.raw);
  if (version > 1) {
    body.optional(contextTag(1, false));
    body.optional(contextTag(2, false));
  }
  const wrapped = version === 3 ? body.optional(contextTag(3)) : undefined;
  const extensions = wrapped ? readExtensions(body.inside(wrapped.content).sequence()) : [];
  return {
    raw: whole.raw,
    rawTbs: tbs.raw,
    rawPublicKeyInfo: info.raw,
    rawSubject,
    rawIssuer,
    version,
    serial,
    issuer: readName(new DerReader(rawIssuer, 'x509: invalid RDNSequence')),
    subject: readName(new DerReader(rawSubject, 'x509: invalid RDNSequence')),
    notBefore,
    notAfter,
    publicKey,
    signatureAlgorithm: signatureAlgorithmOf(readAlgorithm(new DerReader(algorithm, malformed))),
    signature,
    extensions,
    known: understand(extensions),
  };
}

function readVersion(body: DerReader): number {
  const wrapped = body.optional(contextTag(0));
  const version = wrapped ? body.inside(wrapped.content).smallInteger() : 0;
  if (version < 0) throw fault('x509: malformed version');
  if (version > 2) throw fault('x509: invalid version');
  return version + 1;
}

/** `YYMMDDHHMMSSZ` or with four digits of year. */
function readTime(reader: DerReader): number {
  const { tag, content } = reader.element();
  const text = String.fromCharCode(...content.subarray(0, 32));
  const general = tag === tags.generalizedTime;
  const match = (
    general ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/
  ).exec(text);
  if (tag !== tags.utcTime && !general) throw fault('x509: unsupported time format');
  if (!match) throw fault(`x509: malformed ${general ? 'GeneralizedTime' : 'UTCTime'}`);
  const [years, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const year = general ? years : years + (years >= 50 ? 1900 : 2000);
  const fits = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!fits || hour > 23 || minute > 59 || second > 59) {
    throw fault(`x509: malformed ${general ? 'GeneralizedTime' : 'UTCTime'}`);
  }
  return secondsFromCivil({ year, month, day, hour, minute, second });
}

function sameRaw(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
