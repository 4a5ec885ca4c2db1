import { contextTag, DerReader, tags } from '../crypto/der.ts';
import { parsePublicKeyInfo, readAlgorithm } from '../crypto/public-key.ts';
import { fault } from '../operands.ts';
import {
  alternativeNamesJson,
  base64,
  extensionsJson,
  keyAlgorithmNumber,
  publicKeyJson,
} from './certificate-json.ts';
import { type Extension, readExtensions, understand } from './extensions.ts';
import { nameJson, readName, stringOf } from './names.ts';
import { signatureAlgorithmOf } from './signature.ts';

const malformed = "asn1: structure error: tags don't match";
const extensionRequest = '1.2.840.113549.1.9.14';

/** A certificate request (RFC 2986) as Go's `x509.CertificateRequest` is written in JSON. Untrusted input. */
export function certificateRequestJson(bytes: Uint8Array): Record<string, unknown> {
  const outer = new DerReader(bytes, malformed);
  const whole = outer.element(tags.sequence);
  if (!outer.done) throw fault('asn1: syntax error: trailing data');
  const reader = outer.inside(whole.content);
  const tbs = reader.element(tags.sequence);
  const algorithm = signatureAlgorithmOf(readAlgorithm(reader));
  const signature = reader.bits().bytes;
  const body = reader.inside(tbs.content);
  const version = body.smallInteger();
  const subject = body.element(tags.sequence).raw;
  const info = body.element(tags.sequence).raw;
  const publicKey = parsePublicKeyInfo(info);
  const attributes = body.optional(contextTag(0));
  const list = body.inside(attributes?.content ?? new Uint8Array());
  const { extensions, sets } = readAttributes(list);
  const { names } = understand(extensions);
  return {
    Raw: base64(whole.raw),
    RawTBSCertificateRequest: base64(tbs.raw),
    RawSubjectPublicKeyInfo: base64(info),
    RawSubject: base64(subject),
    Version: version,
    Signature: base64(signature),
    SignatureAlgorithm: algorithm?.number ?? 0,
    PublicKeyAlgorithm: keyAlgorithmNumber(publicKey),
    PublicKey: publicKeyJson(publicKey),
    Subject: nameJson(readName(new DerReader(subject, malformed))),
    Attributes: sets.length > 0 ? sets : null,
    Extensions: extensionsJson(extensions),
    ExtraExtensions: null,
    ...alternativeNamesJson(names),
  };
}

interface AttributeSet {
  Type: number[];
  Value: { Type: number[]; Value: unknown }[][];
}

/** The extensions asked for, and every attribute that has the shape of Go's `AttributeTypeAndValueSET`. */
function readAttributes(list: DerReader): { extensions: Extension[]; sets: AttributeSet[] } {
  let extensions: Extension[] = [];
  const sets: AttributeSet[] = [];
  while (!list.done) {
    const { content } = list.element(tags.sequence);
    const attribute = list.inside(content);
    const oid = attribute.oid();
    const values = attribute.element(tags.set).content;
    if (oid.join('.') === extensionRequest) extensions = readExtensions(list.inside(values).sequence());
    const value = attributeValues(list.inside(values));
    if (value) sets.push({ Type: oid, Value: value });
  }
  return { extensions, sets };
}

function attributeValues(values: DerReader): AttributeSet['Value'] | undefined {
  try {
    const sets: AttributeSet['Value'] = [];
    while (!values.done) {
      const sequence = values.sequence();
      const pairs: AttributeSet['Value'][number] = [];
      while (!sequence.done) {
        const pair = sequence.sequence();
        const type = pair.oid();
        const element = pair.element();
        const octets = element.tag === tags.octetString;
        pairs.push({ Type: type, Value: octets ? base64(element.content) : stringOf(element) });
        if (!pair.done) return undefined;
      }
      sets.push(pairs);
    }
    return sets;
  } catch {
    return undefined;
  }
}
