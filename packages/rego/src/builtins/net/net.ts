import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { Value } from '../../values/value.ts';
import type { Builtin, BuiltinContext, RegoType } from '../builtin.ts';
import { fault, stringOperand } from '../operands.ts';
import { any, arrayOf, boolean, objectOf, oneOf, setOf, string, tuple } from '../types.ts';
import {
  addressText,
  contains,
  firstOf,
  hostMask,
  isIpv4,
  lastOf,
  type Network,
  networkText,
  parseAddress,
  parseNetwork,
} from './address.ts';
import { mergeNetworks } from './merge.ts';

const categories = ['net'];
const matchItem: RegoType = oneOf(string, arrayOf(any));
const matchOperand: RegoType = oneOf(
  string,
  arrayOf(matchItem),
  objectOf(string, matchItem),
  setOf(matchItem),
);
const most = 1n << 22n;

function cidrContains(cidr: Value | undefined, other: Value | undefined): boolean {
  const network = parseNetwork(stringOperand(cidr, 1));
  const text = stringOperand(other, 1);
  const address = parseAddress(text);
  if (address !== undefined) return contains(network, address);
  let inner: Network;
  try {
    inner = parseNetwork(text);
  } catch (error) {
    throw fault(`not a valid textual representation of an IP address or CIDR: ${text}`, error);
  }
  return contains(network, firstOf(inner)) && contains(network, lastOf(inner));
}

/** The texts of an operand of `cidr_contains_matches`, each with what stands for it in the answer. */
function matchItems(position: number, operand: Value): [text: Value, index: Value][] {
  const item = (value: Value): Value => {
    if (typeof value === 'string') return value;
    if (Array.isArray(value) && value.length > 0) return value[0];
    throw fault(`operand ${position}: element must be string or non-empty array`);
  };
  if (typeof operand === 'string') return [[operand, operand]];
  if (Array.isArray(operand)) return operand.map((value, index) => [item(value), index]);
  if (operand instanceof RegoSet) return operand.values().map((value) => [item(value), value]);
  if (operand instanceof RegoObject) return [...operand.entries()].map(([key, value]) => [item(value), key]);
  return [];
}

function containsMatches(a: Value, b: Value, context: BuiltinContext): RegoSet {
  const matches = new RegoSet();
  const inner = matchItems(2, b);
  for (const [cidr, index] of matchItems(1, a)) {
    for (const [other, otherIndex] of inner) {
      context.spend(1);
      if (cidrContains(cidr, other)) matches.add([index, otherIndex]);
    }
  }
  return matches;
}

function expand(text: string, context: BuiltinContext): RegoSet {
  const network = parseNetwork(text);
  const size = hostMask(network.prefix) + 1n;
  if (size > most) throw fault('timed out before generating all IP addresses');
  const addresses = new RegoSet();
  for (let i = 0n; i < size; i += 1n) {
    context.spend(1);
    addresses.add(addressText(network.address + i));
  }
  return addresses;
}

/** A network, or an IPv4 address, which stands for the network of its class. */
function mergeItem(item: Value): Network {
  if (typeof item !== 'string') throw fault('element must be string');
  const address = parseAddress(item);
  if (address === undefined) return parseNetwork(item);
  if (!isIpv4(address)) throw fault('IPv6 invalid: needs prefix length');
  const first = Number((address >> 24n) & 255n);
  return { address, prefix: 96 + (first < 128 ? 8 : first < 192 ? 16 : 24) };
}

export const netBuiltins: readonly Builtin[] = [
  {
    name: 'net.cidr_overlap',
    args: [string, string],
    result: boolean,
    deprecated: true,
    categories,
    call: ([a, b]) => cidrContains(a, b),
  },
  {
    name: 'net.cidr_contains',
    args: [string, string],
    result: boolean,
    categories,
    call: ([a, b]) => cidrContains(a, b),
  },
  {
    name: 'net.cidr_intersects',
    args: [string, string],
    result: boolean,
    categories,
    call: ([a, b]) => {
      const left = parseNetwork(stringOperand(a, 1));
      const right = parseNetwork(stringOperand(b, 1));
      return contains(left, firstOf(right)) || contains(right, firstOf(left));
    },
  },
  {
    name: 'net.cidr_contains_matches',
    args: [matchOperand, matchOperand],
    result: setOf(tuple(any, any)),
    categories,
    call: ([a, b], context) => containsMatches(a as Value, b as Value, context),
  },
  {
    name: 'net.cidr_expand',
    args: [string],
    result: setOf(string),
    categories,
    call: ([text], context) => expand(stringOperand(text, 1), context),
  },
  {
    name: 'net.cidr_is_valid',
    args: [string],
    result: boolean,
    categories,
    call: ([text]) => {
      if (typeof text !== 'string') return false;
      try {
        parseNetwork(text);
        return true;
      } catch {
        return false;
      }
    },
  },
  {
    name: 'net.cidr_merge',
    args: [oneOf(arrayOf({ type: 'any', of: [string] }), setOf(string))],
    result: setOf(string),
    categories,
    call: ([operand], context) => {
      const items = operand instanceof RegoSet ? operand.values() : operand;
      if (!Array.isArray(items)) throw fault('operand must be an array');
      return RegoSet.of(mergeNetworks(items.map(mergeItem), context).map(networkText));
    },
  },
];
