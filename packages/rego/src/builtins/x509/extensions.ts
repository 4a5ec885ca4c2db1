import { contextTag, DerReader, tags } from '../crypto/der.ts';
import { fault } from '../operands.ts';
import { type AlternativeNames, asciiOf, readAlternativeNames } from './general-names.ts';
import { emptyConstraints, type NameConstraints, readNameConstraints } from './name-constraints.ts';

export interface Extension {
  oid: readonly number[];
  critical: boolean;
  value: Uint8Array;
}

/** What the extensions of a certificate say, as far as Go reads them. */
export interface KnownExtensions {
  /** Bits as Go numbers them; 0 without the extension. */
  keyUsage: number;
  extendedKeyUsage: number[];
  unknownExtendedKeyUsage: number[][];
  basicConstraints: boolean;
  isAuthority: boolean;
  /** -1 for none where the extension stands. */
  maxPathLength: number;
  subjectKeyId: Uint8Array | undefined;
  authorityKeyId: Uint8Array | undefined;
  ocspServers: string[];
  issuingUrls: string[];
  names: AlternativeNames;
  hasAlternativeNames: boolean;
  constraints: NameConstraints;
  crlUrls: string[];
  policies: string[];
  /** -1 without. */
  inhibitAnyPolicy: number;
  inhibitPolicyMapping: number;
  requireExplicitPolicy: number;
  policyMappings: { issuer: string; subject: string }[];
  unhandledCritical: (readonly number[])[];
}

/** Extended key usages in the order Go numbers them. */
export const extendedKeyUsages: readonly string[] = [
  '2.5.29.37.0',
  '1.3.6.1.5.5.7.3.1',
  '1.3.6.1.5.5.7.3.2',
  '1.3.6.1.5.5.7.3.3',
  '1.3.6.1.5.5.7.3.4',
  '1.3.6.1.5.5.7.3.5',
  '1.3.6.1.5.5.7.3.6',
  '1.3.6.1.5.5.7.3.7',
  '1.3.6.1.5.5.7.3.8',
  '1.3.6.1.5.5.7.3.9',
  '1.3.6.1.4.1.311.10.3.3',
  '2.16.840.1.113730.4.1',
  '1.3.6.1.4.1.311.2.1.22',
  '1.3.6.1.4.1.311.61.1.1',
];

export function readExtensions(list: DerReader): Extension[] {
  const extensions: Extension[] = [];
  const seen = new Set<string>();
  while (!list.done) {
    const reader = list.sequence();
    const oid = reader.oid();
    const critical = reader.tag === tags.boolean ? reader.boolean() : false;
    extensions.push({ oid, critical, value: reader.octets() });
    const dotted = oid.join('.');
    if (seen.has(dotted)) throw fault('x509: certificate contains duplicate extensions');
    seen.add(dotted);
  }
  return extensions;
}

export function understand(extensions: readonly Extension[]): KnownExtensions {
  const known: KnownExtensions = {
    keyUsage: 0,
    extendedKeyUsage: [],
    unknownExtendedKeyUsage: [],
    basicConstraints: false,
    isAuthority: false,
    maxPathLength: 0,
    subjectKeyId: undefined,
    authorityKeyId: undefined,
    ocspServers: [],
    issuingUrls: [],
    names: { emails: [], dns: [], urls: [], addresses: [] },
    hasAlternativeNames: false,
    constraints: emptyConstraints(),
    crlUrls: [],
    policies: [],
    inhibitAnyPolicy: 0,
    inhibitPolicyMapping: 0,
    requireExplicitPolicy: 0,
    policyMappings: [],
    unhandledCritical: [],
  };
  for (const extension of extensions) {
    const handler = handlers[extension.oid.join('.')];
    const handled = handler?.(known, extension) ?? false;
    if (extension.critical && !handled) known.unhandledCritical.push(extension.oid);
  }
  return known;
}

/** Reads one extension; false where it holds something that is not understood. */
type Handler = (known: KnownExtensions, extension: Extension) => boolean;

function reading(
  name: string,
  read: (known: KnownExtensions, reader: DerReader) => boolean | undefined,
): Handler {
  return (known, { value }) => read(known, new DerReader(value, `x509: invalid ${name}`)) ?? true;
}

const handlers: Readonly<Record<string, Handler>> = {
  '2.5.29.15': reading('key usage', (known, reader) => {
    const { bytes } = reader.bits();
    for (let bit = 0; bit < 9; bit += 1) {
      if (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) known.keyUsage |= 1 << bit;
    }
    return true;
  }),
  '2.5.29.19': reading('basic constraints', (known, reader) => {
    const list = reader.sequence();
    known.basicConstraints = true;
    known.isAuthority = list.tag === tags.boolean ? list.boolean() : false;
    known.maxPathLength = list.tag === tags.integer ? list.smallInteger() : -1;
    return true;
  }),
  '2.5.29.17': reading('subject alternative names', (known, reader) => {
    const names = readAlternativeNames(reader);
    known.names = names;
    known.hasAlternativeNames = true;
    return [names.dns, names.emails, names.addresses, names.urls].some((list) => list.length > 0);
  }),
  '2.5.29.30': reading('NameConstraints extension', (known, reader) => {
    const { constraints, complete } = readNameConstraints(reader);
    known.constraints = constraints;
    return complete;
  }),
  '2.5.29.31': reading('CRL distribution points', (known, reader) => {
    const points = reader.sequence();
    while (!points.done) {
      const point = points.sequence();
      const name = point.optional(contextTag(0));
      const full = name && point.inside(name.content).optional(contextTag(0));
      if (!full) continue;
      const uris = point.inside(full.content);
      while (!uris.done) {
        const uri = uris.element();
        if (uri.tag !== contextTag(6, false)) break;
        known.crlUrls.push(asciiOf(uri.content, 'CRL distribution point'));
      }
    }
    return true;
  }),
  '2.5.29.35': reading('authority key identifier', (known, reader) => {
    known.authorityKeyId = reader.sequence().optional(contextTag(0, false))?.content;
    return true;
  }),
  '2.5.29.37': reading('extended key usages', (known, reader) => {
    const list = reader.sequence();
    while (!list.done) {
      const oid = list.oid();
      const number = extendedKeyUsages.indexOf(oid.join('.'));
      if (number >= 0) known.extendedKeyUsage.push(number);
      else known.unknownExtendedKeyUsage.push(oid);
    }
    return true;
  }),
  '2.5.29.14': reading('subject key identifier', (known, reader) => {
    known.subjectKeyId = reader.octets();
    return true;
  }),
  '2.5.29.32': reading('certificate policies', (known, reader) => {
    const list = reader.sequence();
    while (!list.done) {
      const policy = list.sequence().oid().join('.');
      if (known.policies.includes(policy))
        throw fault('x509: invalid certificate policies: duplicate policy');
      known.policies.push(policy);
    }
    return true;
  }),
  '2.5.29.33': reading('policy mappings extension', (known, reader) => {
    const list = reader.sequence();
    while (!list.done) {
      const pair = list.sequence();
      known.policyMappings.push({ issuer: pair.oid().join('.'), subject: pair.oid().join('.') });
    }
    return true;
  }),
  '2.5.29.36': reading('policy constraints extension', (known, reader) => {
    const list = reader.sequence();
    const explicit = list.optional(contextTag(0, false));
    if (explicit) known.requireExplicitPolicy = Number(list.integerOf(explicit.content));
    const mapping = list.optional(contextTag(1, false));
    if (mapping) known.inhibitPolicyMapping = Number(list.integerOf(mapping.content));
    return true;
  }),
  '2.5.29.54': reading('inhibit any policy extension', (known, reader) => {
    known.inhibitAnyPolicy = reader.smallInteger();
    return true;
  }),
  '1.3.6.1.5.5.7.1.1': reading('authority info access', (known, reader) => {
    const list = reader.sequence();
    while (!list.done) {
      const access = list.sequence();
      const method = access.oid().join('.');
      const location = access.element();
      if (location.tag !== contextTag(6, false)) continue;
      if (method === '1.3.6.1.5.5.7.48.1')
        known.ocspServers.push(asciiOf(location.content, 'access location'));
      if (method === '1.3.6.1.5.5.7.48.2')
        known.issuingUrls.push(asciiOf(location.content, 'access location'));
    }
    return true;
  }),
};
