import { typeName } from '../../values/compare.ts';
import { fromJs } from '../../values/json.ts';
import { toBigInt } from '../../values/numbers.ts';
import type { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { RegoNumber, Value } from '../../values/value.ts';
import type { Builtin, BuiltinContext, RegoType } from '../builtin.ts';
import { decodePem, pemBlocks } from '../crypto/pem.ts';
import {
  type PrivateKey,
  parsePkcs1PrivateKey,
  parsePkcs8PrivateKey,
  parseSec1PrivateKey,
} from '../crypto/private-key.ts';
import type { PublicKey } from '../crypto/public-key.ts';
import { decodeBase64 } from '../encoding/base64.ts';
import { textOf } from '../encoding/bytes.ts';
import { privateKeyJwk } from '../jwt/jwk.ts';
import { fault, objectOperand, operandType, stringOperand } from '../operands.ts';
import { any, arrayOf, boolean, objectOf, string, tuple } from '../types.ts';
import { type Certificate, parseCertificates } from './certificate.ts';
import { base64, certificateJson, extendedCertificateJson, privateKeyJson } from './certificate-json.ts';
import { type ChainOptions, verifiedChain } from './chain.ts';
import { certificateRequestJson } from './request.ts';

const categories = ['crypto'];
const objects: RegoType = arrayOf(objectOf(string, any));
const verified: RegoType = tuple(boolean, objects);
const defaultComparisons = 250_000;

const keyUsageNames = [
  'KeyUsageAny',
  'KeyUsageServerAuth',
  'KeyUsageClientAuth',
  'KeyUsageCodeSigning',
  'KeyUsageEmailProtection',
  'KeyUsageIPSECEndSystem',
  'KeyUsageIPSECTunnel',
  'KeyUsageIPSECUser',
  'KeyUsageTimeStamping',
  'KeyUsageOCSPSigning',
  'KeyUsageMicrosoftServerGatedCrypto',
  'KeyUsageNetscapeServerGatedCrypto',
  'KeyUsageMicrosoftCommercialCodeSigning',
  'KeyUsageMicrosoftKernelCodeSigning',
];

/** The certificates of a text: PEM, or base64 of PEM or of DER. Untrusted input. */
function certificatesOf(text: string): Certificate[] {
  if (text.startsWith('-----BEGIN')) return certificatesOfPem(text);
  const bytes = decodeBase64(text, 'standard');
  const decoded = textOf(bytes);
  return decoded.startsWith('-----BEGIN') ? certificatesOfPem(decoded) : parseCertificates(bytes);
}

function certificatesOfPem(text: string): Certificate[] {
  return pemBlocks(text).flatMap(({ type, bytes }) => {
    if (type !== 'CERTIFICATE') throw fault(`PEM block type is '${type}', expected CERTIFICATE`);
    return parseCertificates(bytes);
  });
}

/** The private keys of a text: PEM, or base64 of PEM. Blocks of other types are passed over. */
function privateKeysOf(text: string): PrivateKey[] {
  let pem = text;
  try {
    pem = textOf(decodeBase64(text, 'standard'));
  } catch {
    // Not base64: PEM as it stands.
  }
  return pemBlocks(pem).flatMap(({ type, bytes }): PrivateKey[] => {
    switch (type) {
      case 'RSA PRIVATE KEY':
        return [parsePkcs1PrivateKey(bytes)];
      case 'PRIVATE KEY':
        return [parsePkcs8PrivateKey(bytes)];
      case 'EC PRIVATE KEY':
        return [parseSec1PrivateKey(bytes)];
      default:
        return [];
    }
  });
}

/** The first certificate is the root, the last the leaf, those between the intermediates. */
function chainOf(text: string, options: ChainOptions): Certificate[] | undefined {
  let certificates: Certificate[];
  try {
    certificates = certificatesOf(text);
  } catch {
    return undefined;
  }
  const [root, ...others] = certificates;
  const leaf = others.pop();
  return root && leaf && verifiedChain(leaf, [root], others, options);
}

function optionsOf(options: RegoObject | undefined, context: BuiltinContext): ChainOptions {
  const chain: ChainOptions = {
    time: Number(context.now() / 1_000_000_000n),
    keyUsages: [],
    maxConstraintComparisons: defaultComparisons,
  };
  for (const [key, value] of options?.entries() ?? []) {
    if (typeof key !== 'string') continue;
    switch (key) {
      case 'DNSName':
        if (typeof value !== 'string') throw fault("'DNSName' should be a string");
        chain.host = value.replace(/^"+|"+$/g, '');
        break;
      case 'CurrentTime':
        chain.time = Number(wholeNumber(value, key, 'a valid int64 number')) / 1e9;
        break;
      case 'MaxConstraintComparisons': {
        const most = Number(wholeNumber(value, key, 'a valid number'));
        chain.maxConstraintComparisons = most === 0 ? defaultComparisons : most;
        break;
      }
      case 'KeyUsages':
        chain.keyUsages = keyUsagesOf(value);
        break;
      default:
        throw fault('invalid key option');
    }
  }
  return chain;
}

function wholeNumber(value: Value, key: string, what: string): bigint {
  if (typeName(value) !== 'number') throw fault(`'${key}' should be a number`);
  const whole = toBigInt(value as RegoNumber);
  if (whole === undefined || BigInt.asIntN(64, whole) !== whole) throw fault(`'${key}' should be ${what}`);
  return whole;
}

function keyUsagesOf(value: Value): number[] {
  const items = value instanceof RegoSet ? value.values() : value;
  if (!Array.isArray(items)) throw fault("'KeyUsages' should be an Array or Set");
  const names = items.filter((item) => typeof item === 'string').map((item) => item.replace(/^"+|"+$/g, ''));
  const unknown = names.filter((name) => !keyUsageNames.includes(name));
  if (unknown.length > 0) throw fault(`invalid entries for 'KeyUsages' found: [${unknown.join(' ')}]`);
  return names.map((name) => keyUsageNames.indexOf(name));
}

/** A certificate chain and the key of its first, as Go's `tls.Certificate` is written in JSON. */
function keyPairJson(certificateText: string, keyText: string): Record<string, unknown> {
  const certificates = pairPart(certificateText, 'CERTIFICATE').filter(({ type }) => type === 'CERTIFICATE');
  if (certificates.length === 0) {
    throw fault('tls: failed to find any PEM data in certificate input');
  }
  const block = pairPart(keyText, 'PRIVATE KEY').find(({ type }) => / ?PRIVATE KEY$/.test(type));
  if (!block) throw fault('tls: failed to find any PEM data in key input');
  const leaf = parseCertificates((certificates[0] as { bytes: Uint8Array }).bytes)[0] as Certificate;
  const key = anyPrivateKey(block.bytes);
  if (leaf.publicKey.kind !== key.kind) {
    throw fault('tls: private key type does not match public key type');
  }
  if (!isSameKey(leaf.publicKey, key.public)) throw fault('tls: private key does not match public key');
  return {
    Certificate: certificates.map(({ bytes }) => base64(bytes)),
    PrivateKey: privateKeyJson(key),
    SupportedSignatureAlgorithms: null,
    OCSPStaple: null,
    SignedCertificateTimestamps: null,
    Leaf: certificateJson(leaf),
  };
}

function pairPart(text: string, type: string): { type: string; bytes: Uint8Array }[] {
  if (text.startsWith('-----BEGIN ')) return pemBlocks(text);
  const bytes = decodeBase64(text, 'standard');
  const decoded = textOf(bytes);
  return decoded.startsWith('-----BEGIN ') ? pemBlocks(decoded) : [{ type, bytes }];
}

function anyPrivateKey(bytes: Uint8Array): PrivateKey {
  for (const parse of [parsePkcs1PrivateKey, parsePkcs8PrivateKey, parseSec1PrivateKey]) {
    try {
      return parse(bytes);
    } catch {
      // The next form.
    }
  }
  throw fault('tls: failed to parse private key');
}

function isSameKey(a: PublicKey, b: PublicKey): boolean {
  if (a.kind === 'rsa' && b.kind === 'rsa') return a.modulus === b.modulus && a.exponent === b.exponent;
  if (a.kind === 'ec' && b.kind === 'ec') return a.curve === b.curve && a.x === b.x && a.y === b.y;
  return a.kind === 'ed25519' && b.kind === 'ed25519' && base64(a.bytes) === base64(b.bytes);
}

export const x509Builtins: readonly Builtin[] = [
  {
    name: 'crypto.x509.parse_certificates',
    args: [string],
    result: objects,
    categories,
    call: ([text]) => fromJs(certificatesOf(stringOperand(text, 1)).map(extendedCertificateJson)),
  },
  {
    name: 'crypto.x509.parse_and_verify_certificates',
    args: [string],
    result: verified,
    categories,
    call: ([text], context) => {
      const chain = chainOf(stringOperand(text, 1), optionsOf(undefined, context));
      return fromJs([chain !== undefined, (chain ?? []).map(extendedCertificateJson)]);
    },
  },
  {
    name: 'crypto.x509.parse_and_verify_certificates_with_options',
    args: [string, objectOf(string, any)],
    result: verified,
    categories,
    call: ([text, options], context) => {
      const written = stringOperand(text, 1);
      const chosen = optionsOf(objectOperand(options, 2), context);
      const chain = chainOf(written, chosen);
      return fromJs([chain !== undefined, (chain ?? []).map(certificateJson)]);
    },
  },
  {
    name: 'crypto.x509.parse_certificate_request',
    args: [string],
    result: objectOf(string, any),
    categories,
    call: ([operand]) => {
      const text = stringOperand(operand, 1);
      const pem = text.startsWith('-----BEGIN CERTIFICATE REQUEST-----');
      const bytes = pem ? undefined : decodeBase64(text, 'standard');
      const found = decodePem(bytes ? textOf(bytes) : text);
      if (found && found.block.type !== 'CERTIFICATE REQUEST') {
        throw fault('invalid PEM-encoded certificate signing request');
      }
      return fromJs(certificateRequestJson(found?.block.bytes ?? bytes ?? new TextEncoder().encode(text)));
    },
  },
  {
    name: 'crypto.x509.parse_keypair',
    args: [string, string],
    result: objectOf(string, any),
    categories,
    call: ([certificate, key]) => {
      const text = stringOperand(certificate, 1);
      if (typeof key !== 'string') throw operandType(1, key as Value, 'string');
      return fromJs(keyPairJson(text, key));
    },
  },
  {
    name: 'crypto.x509.parse_rsa_private_key',
    args: [string],
    result: objectOf(string, any),
    categories,
    call: ([operand]) => {
      const text = stringOperand(operand, 1);
      if (text === '') throw fault('input PEM data was empty');
      const pem = text.startsWith('-----BEGIN') ? text : textOf(decodeBase64(text, 'standard'));
      const [key] = privateKeysOf(pem);
      return key ? fromJs(privateKeyJwk(key)) : null;
    },
  },
  {
    name: 'crypto.parse_private_keys',
    args: [string],
    result: objects,
    categories,
    call: ([operand]) => {
      const text = stringOperand(operand, 1);
      return text === '' ? null : fromJs(privateKeysOf(text).map(privateKeyJson));
    },
  },
];
