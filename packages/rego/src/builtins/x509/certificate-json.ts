import { edPrivateKey } from '../crypto/curves.ts';
import { algorithmOids } from '../crypto/oids.ts';
import type { PrivateKey } from '../crypto/private-key.ts';
import type { PublicKey } from '../crypto/public-key.ts';
import { powerModulo } from '../crypto/rsa.ts';
import { encodeBase64 } from '../encoding/base64.ts';
import { formatTime } from '../time/format.ts';
import { namedLayouts } from '../time/layout.ts';
import { utc } from '../time/zone.ts';
import type { Certificate } from './certificate.ts';
import type { Extension } from './extensions.ts';
import type { AlternativeNames } from './general-names.ts';
import type { IpRange } from './name-constraints.ts';
import { nameJson } from './names.ts';

type Json = Record<string, unknown>;

export function base64(bytes: Uint8Array | undefined): string | null {
  return bytes ? encodeBase64(bytes, 'standard', true) : null;
}

/** Go writes a list that was never filled as null. */
function listed<T>(list: readonly T[]): readonly T[] | null {
  return list.length > 0 ? list : null;
}

/** Go's number of a key's algorithm. */
export function keyAlgorithmNumber(key: PublicKey): number {
  switch (key.kind) {
    case 'rsa':
      return 1;
    case 'ec':
      return 3;
    case 'ed25519':
      return 4;
    default:
      return key.algorithm === algorithmOids.dsa ? 2 : 0;
  }
}

export function publicKeyJson(key: PublicKey): unknown {
  switch (key.kind) {
    case 'rsa':
      return { N: key.modulus, E: key.exponent };
    case 'ec':
      return { Curve: {}, X: key.x, Y: key.y };
    case 'ed25519':
      return base64(key.bytes);
    default:
      return null;
  }
}

export function privateKeyJson(key: PrivateKey): unknown {
  switch (key.kind) {
    case 'rsa': {
      const [p, q] = key.primes ?? [0n, 0n];
      return {
        N: key.public.modulus,
        E: key.public.exponent,
        D: key.exponent,
        Primes: [p, q],
        Precomputed: {
          Dp: key.exponent % (p - 1n),
          Dq: key.exponent % (q - 1n),
          Qinv: powerModulo(q, p - 2n, p),
          CRTValues: [],
        },
      };
    }
    case 'ec':
      return { Curve: {}, X: key.public.x, Y: key.public.y, D: key.scalar };
    case 'ed25519':
      return base64(Uint8Array.from([...key.seed, ...edPrivateKey(key.seed).public.bytes]));
  }
}

export function extensionsJson(extensions: readonly Extension[]): unknown {
  return listed(
    extensions.map(({ oid, critical, value }) => ({ Id: oid, Critical: critical, Value: base64(value) })),
  );
}

export function alternativeNamesJson(names: AlternativeNames): Json {
  return {
    DNSNames: listed(names.dns),
    EmailAddresses: listed(names.emails),
    IPAddresses: listed(names.addresses),
    URIs: listed(names.urls.map(({ url }) => url)),
  };
}

/** A certificate as Go's `x509.Certificate` is written in JSON. */
export function certificateJson(certificate: Certificate): Json {
  const { known } = certificate;
  const { permitted, excluded } = known.constraints;
  return {
    Raw: base64(certificate.raw),
    RawTBSCertificate: base64(certificate.rawTbs),
    RawSubjectPublicKeyInfo: base64(certificate.rawPublicKeyInfo),
    RawSubject: base64(certificate.rawSubject),
    RawIssuer: base64(certificate.rawIssuer),
    Signature: base64(certificate.signature),
    SignatureAlgorithm: certificate.signatureAlgorithm?.number ?? 0,
    PublicKeyAlgorithm: keyAlgorithmNumber(certificate.publicKey),
    PublicKey: publicKeyJson(certificate.publicKey),
    Version: certificate.version,
    SerialNumber: certificate.serial,
    Issuer: nameJson(certificate.issuer),
    Subject: nameJson(certificate.subject),
    NotBefore: timeJson(certificate.notBefore),
    NotAfter: timeJson(certificate.notAfter),
    KeyUsage: known.keyUsage,
    Extensions: extensionsJson(certificate.extensions),
    ExtraExtensions: null,
    UnhandledCriticalExtensions: listed(known.unhandledCritical),
    ExtKeyUsage: listed(known.extendedKeyUsage),
    UnknownExtKeyUsage: listed(known.unknownExtendedKeyUsage),
    BasicConstraintsValid: known.basicConstraints,
    IsCA: known.isAuthority,
    MaxPathLen: known.maxPathLength,
    MaxPathLenZero: known.basicConstraints && known.maxPathLength === 0,
    SubjectKeyId: base64(known.subjectKeyId),
    AuthorityKeyId: base64(known.authorityKeyId),
    OCSPServer: listed(known.ocspServers),
    IssuingCertificateURL: listed(known.issuingUrls),
    ...alternativeNamesJson(known.names),
    PermittedDNSDomainsCritical: known.constraints.present && isCritical(certificate, '2.5.29.30'),
    PermittedDNSDomains: listed(permitted.dns),
    ExcludedDNSDomains: listed(excluded.dns),
    PermittedIPRanges: listed(permitted.ranges.map(rangeJson)),
    ExcludedIPRanges: listed(excluded.ranges.map(rangeJson)),
    PermittedEmailAddresses: listed(permitted.emails),
    ExcludedEmailAddresses: listed(excluded.emails),
    PermittedURIDomains: listed(permitted.uris),
    ExcludedURIDomains: listed(excluded.uris),
    CRLDistributionPoints: listed(known.crlUrls),
    PolicyIdentifiers: listed(known.policies.map((policy) => policy.split('.').map(Number))),
    Policies: listed(known.policies),
    InhibitAnyPolicy: known.inhibitAnyPolicy,
    InhibitAnyPolicyZero: known.inhibitAnyPolicy === 0 && has(certificate, '2.5.29.54'),
    InhibitPolicyMapping: known.inhibitPolicyMapping,
    InhibitPolicyMappingZero: false,
    RequireExplicitPolicy: known.requireExplicitPolicy,
    RequireExplicitPolicyZero: false,
    PolicyMappings: listed(
      known.policyMappings.map(({ issuer, subject }) => ({
        IssuerDomainPolicy: issuer,
        SubjectDomainPolicy: subject,
      })),
    ),
  };
}

/** With OPA's own member: the URIs as texts. */
export function extendedCertificateJson(certificate: Certificate): Json {
  return {
    ...certificateJson(certificate),
    URIStrings: listed(certificate.known.names.urls.map(({ text }) => text)),
  };
}

function timeJson(seconds: number): string {
  return formatTime({ seconds, nanoseconds: 0, zone: utc }, namedLayouts.RFC3339Nano as string);
}

function rangeJson(range: IpRange): Json {
  return { IP: range.address, Mask: base64(range.mask) };
}

function has(certificate: Certificate, oid: string): boolean {
  return certificate.extensions.some((extension) => extension.oid.join('.') === oid);
}

function isCritical(certificate: Certificate, oid: string): boolean {
  return certificate.extensions.some((extension) => extension.critical && extension.oid.join('.') === oid);
}
