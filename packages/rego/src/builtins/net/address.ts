import { fault } from '../operands.ts';

/**
 * An IP address as 128 bits; IPv4 lies in ::ffff:0:0/96, where Go's package net has it too, so that an IPv4 address written as IPv6 is
 * the same address.
 */
export type Address = bigint;

/** A network: its address (which may have host bits, where a text gave an address alone) and the length of its prefix, of 128. */
export interface Network {
  address: Address;
  prefix: number;
}

const mapped = 0xffff00000000n;
const all = (1n << 128n) - 1n;

export function isIpv4(address: Address): boolean {
  return address >> 32n === 0xffffn;
}

/** The bits that differ within a network with this prefix. */
export function hostMask(prefix: number): bigint {
  return all >> BigInt(prefix);
}

export function firstOf(network: Network): Address {
  return network.address & ~hostMask(network.prefix);
}

export function lastOf(network: Network): Address {
  return network.address | hostMask(network.prefix);
}

/** Whether an address lies in a network. IPv6 networks, `::/0` too, hold no IPv4 addresses and the reverse. */
export function contains(network: Network, address: Address): boolean {
  const first = firstOf(network);
  return (
    isIpv4(first) === isIpv4(address) &&
    address >> BigInt(128 - network.prefix) === first >> BigInt(128 - network.prefix)
  );
}

/** An address, strictly: no leading zeros in IPv4, no zone in IPv6. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(':')) return parseIpv6(text);
  const address = parseIpv4(text);
  return address === undefined ? undefined : mapped | address;
}

/** `10.0.0.0/8`; host bits are dropped. Throws `invalid CIDR address: X`. */
export function parseNetwork(text: string): Network {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^0*\d{1,3}$/.test(length)) throw fault(`invalid CIDR address: ${text}`);
  const bits = Number(length);
  const ipv4 = !text.slice(0, slash).includes(':');
  if (bits > (ipv4 ? 32 : 128)) throw fault(`invalid CIDR address: ${text}`);
  const prefix = ipv4 ? bits + 96 : bits;
  return { address: address & ~hostMask(prefix), prefix };
}

export function addressText(address: Address): string {
  if (isIpv4(address)) return ipv4Text(address);
  const groups = Array.from({ length: 8 }, (_, i) => Number((address >> BigInt(112 - 16 * i)) & 0xffffn));
  const { start, length } = longestZeros(groups);
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

export function networkText(network: Network): string {
  const prefix = isIpv4(network.address) ? Math.max(network.prefix - 96, 0) : network.prefix;
  return `${addressText(network.address)}/${prefix}`;
}

function ipv4Text(address: Address): string {
  const number = Number(address & 0xffffffffn);
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === 0) end += 1;
    if (end - start > best.length) best = { start, length: end - start };
    start = Math.max(start, end);
  }
  return best;
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.', 5);
  if (parts.length !== 4) return undefined;
  let address = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    address = (address << 8n) | BigInt(part);
  }
  return address;
}

function parseIpv6(text: string): Address | undefined {
  const halves = text.split('::', 3);
  if (halves.length > 2 || text.length > 45) return undefined;
  const head = parseGroups(halves[0] as string, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] as string, true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail].reduce(
    (address, group) => (address << 16n) | BigInt(group),
    0n,
  );
}

function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes('.')) {
      const address = parseIpv4(part);
      if (address === undefined) return undefined;
      groups.push(Number(address >> 16n), Number(address & 0xffffn));
    } else {
      if (!/^[0-9A-Fa-f]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}
