import { contextTag, type DerReader, type Element, unsigned } from '../crypto/der.ts';
import { addressText } from '../net/address.ts';
import { fault } from '../operands.ts';
import { type GoUrl, parseUrl } from './url.ts';

/** The alternative names of a certificate that Go reads (RFC 5280, section 4.2.1.6). */
export interface AlternativeNames {
  emails: string[];
  dns: string[];
  urls: { text: string; url: GoUrl }[];
  addresses: string[];
}

export function asciiOf(content: Uint8Array, what: string): string {
  if (content.some((byte) => byte > 127)) throw fault(`x509: ${what} is not a valid IA5String`);
  return String.fromCharCode(...content.subarray(0, 65_535));
}

/** 4 or 16 bytes as text; undefined for another length. */
export function addressOf(content: Uint8Array): string | undefined {
  if (content.length === 4) return addressText(0xffff00000000n | unsigned(content));
  return content.length === 16 ? addressText(unsigned(content)) : undefined;
}

export function readAlternativeNames(reader: DerReader): AlternativeNames {
  const names: AlternativeNames = { emails: [], dns: [], urls: [], addresses: [] };
  const list = reader.sequence();
  while (!list.done) readOne(names, list.element());
  return names;
}

function readOne(names: AlternativeNames, { tag, content }: Element): void {
  switch (tag) {
    case contextTag(1, false):
      names.emails.push(asciiOf(content, 'SAN rfc822Name'));
      break;
    case contextTag(2, false):
      names.dns.push(asciiOf(content, 'SAN dNSName'));
      break;
    case contextTag(6, false): {
      const text = asciiOf(content, 'SAN uniformResourceIdentifier');
      const url = parseUrl(text);
      if (!url) throw fault(`x509: cannot parse URI ${JSON.stringify(text)}`);
      names.urls.push({ text, url });
      break;
    }
    case contextTag(7, false): {
      const address = addressOf(content);
      if (address === undefined) throw fault(`x509: cannot parse IP address of length ${content.length}`);
      names.addresses.push(address);
      break;
    }
  }
}
