import { type DerReader, type Element, tags } from '../crypto/der.ts';
import { textOf } from '../encoding/bytes.ts';
import { fault } from '../operands.ts';

/** One attribute of a distinguished name. */
export interface NameAttribute {
  oid: readonly number[];
  value: string;
}

export function readName(reader: DerReader): NameAttribute[] {
  const name = reader.sequence();
  const attributes: NameAttribute[] = [];
  while (!name.done) {
    const set = name.sequence(tags.set);
    while (!set.done) {
      const pair = set.sequence();
      const oid = pair.oid();
      attributes.push({ oid, value: stringOf(pair.element()) });
    }
  }
  return attributes;
}

/** The text of one of ASN.1's kinds of string. */
export function stringOf(element: Element): string {
  const { tag, content } = element;
  const latin = () => Array.from(content, (byte) => String.fromCharCode(byte)).join('');
  switch (tag) {
    case tags.t61String:
      return latin();
    case tags.printableString: {
      const text = latin();
      // As Go: also `*` and `&`, which occur though the standard forbids them.
      if (!/^[A-Za-z0-9 '()+,\-./:=?*&]*$/.test(text)) throw fault('x509: invalid PrintableString');
      return text;
    }
    case tags.utf8String: {
      const text = textOf(content);
      if (!text.isWellFormed()) throw fault('x509: invalid UTF-8 string');
      return text;
    }
    case tags.bmpString: {
      if (content.length % 2 !== 0) throw fault('x509: invalid BMPString');
      const units = Array.from({ length: content.length / 2 }, (_, i) =>
        String.fromCharCode(((content[2 * i] as number) << 8) | (content[2 * i + 1] as number)),
      );
      return units.join('').replace(/\0$/, '').toWellFormed();
    }
    case tags.ia5String: {
      if (content.some((byte) => byte > 127)) throw fault('x509: invalid IA5String');
      return latin();
    }
    case tags.numericString: {
      const text = latin();
      if (!/^[0-9 ]*$/.test(text)) throw fault('x509: invalid NumericString');
      return text;
    }
    default:
      throw fault(`x509: unsupported string type: ${tag}`);
  }
}

const members: Readonly<Record<string, string>> = {
  '2.5.4.6': 'Country',
  '2.5.4.10': 'Organization',
  '2.5.4.11': 'OrganizationalUnit',
  '2.5.4.7': 'Locality',
  '2.5.4.8': 'Province',
  '2.5.4.9': 'StreetAddress',
  '2.5.4.17': 'PostalCode',
};

/** A name as Go's `pkix.Name` is written in JSON. */
export function nameJson(attributes: readonly NameAttribute[]): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const member of Object.values(members)) json[member] = null;
  json.SerialNumber = '';
  json.CommonName = '';
  for (const { oid, value } of attributes) {
    const dotted = oid.join('.');
    const member = members[dotted];
    if (dotted === '2.5.4.3') json.CommonName = value;
    else if (dotted === '2.5.4.5') json.SerialNumber = value;
    else if (member) json[member] = [...((json[member] as string[] | null) ?? []), value];
  }
  json.Names =
    attributes.length > 0 ? attributes.map(({ oid, value }) => ({ Type: oid, Value: value })) : null;
  json.ExtraNames = null;
  return json;
}
