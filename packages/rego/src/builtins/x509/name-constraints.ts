import { contextTag, type DerReader, unsigned } from '../crypto/der.ts';
import { fault } from '../operands.ts';
import { addressOf, asciiOf } from './general-names.ts';

export interface IpRange {
  address: string;
  /** As many bytes as the address. */
  mask: Uint8Array;
  first: bigint;
  length: number;
}

export interface NameTree {
  dns: string[];
  emails: string[];
  uris: string[];
  ranges: IpRange[];
}

/** RFC 5280, section 4.2.1.10. */
export interface NameConstraints {
  present: boolean;
  permitted: NameTree;
  excluded: NameTree;
}

export function emptyConstraints(): NameConstraints {
  const tree = (): NameTree => ({ dns: [], emails: [], uris: [], ranges: [] });
  return { present: false, permitted: tree(), excluded: tree() };
}

/** `complete` is false where a kind of name is constrained that Go does not check. */
export function readNameConstraints(reader: DerReader): { constraints: NameConstraints; complete: boolean } {
  const constraints = emptyConstraints();
  constraints.present = true;
  const list = reader.sequence();
  const permitted = list.optional(contextTag(0));
  const excluded = list.optional(contextTag(1));
  if (!permitted && !excluded) list.fail();
  let complete = true;
  if (permitted) complete = readTree(list.inside(permitted.content), constraints.permitted) && complete;
  if (excluded) complete = readTree(list.inside(excluded.content), constraints.excluded) && complete;
  return { constraints, complete };
}

function readTree(list: DerReader, tree: NameTree): boolean {
  let complete = true;
  while (!list.done) {
    const { tag, content } = list.sequence().element();
    if (tag === contextTag(2, false)) tree.dns.push(domainOf(content, 'dNSName'));
    else if (tag === contextTag(1, false)) tree.emails.push(asciiOf(content, 'rfc822Name'));
    else if (tag === contextTag(6, false)) tree.uris.push(domainOf(content, 'uniformResourceIdentifier'));
    else if (tag === contextTag(7, false)) tree.ranges.push(rangeOf(content));
    else complete = false;
  }
  return complete;
}

function domainOf(content: Uint8Array, what: string): string {
  const domain = asciiOf(content, what);
  if (/[^\x21-\x7e]|\.$|\.\./.test(domain)) {
    throw fault(`x509: failed to parse ${what} constraint ${JSON.stringify(domain)}`);
  }
  return domain;
}

function rangeOf(content: Uint8Array): IpRange {
  const half = content.length / 2;
  const address = half === 4 || half === 16 ? addressOf(content.subarray(0, half)) : undefined;
  if (address === undefined) {
    throw fault(`x509: IP constraint contained value of length ${content.length}`);
  }
  const mask = content.slice(half);
  const bits = unsigned(mask)
    .toString(2)
    .padStart(half * 8, '0');
  if (/01/.test(bits)) throw fault('x509: IP constraint contained invalid mask');
  return { address, mask, first: unsigned(content.subarray(0, half)) & unsigned(mask), length: half };
}
