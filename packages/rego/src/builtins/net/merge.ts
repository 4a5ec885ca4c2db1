import type { BuiltinContext } from '../builtin.ts';
import { type Address, firstOf, lastOf, type Network } from './address.ts';

interface Range {
  first: Address;
  last: Address;
  /** As it was given; absent once merged. */
  network?: Network;
}

/** The fewest networks that hold the same addresses. A network that met no other stays as it was written. */
export function mergeNetworks(networks: readonly Network[], context: BuiltinContext): Network[] {
  const ranges: Range[] = networks.map((network) => ({
    first: firstOf(network),
    last: lastOf(network),
    network,
  }));
  ranges.sort((a, b) => order(a.last, b.last) || order(a.first, b.first));
  // From the end: each either meets the range before it or is done.
  const done: Range[] = [];
  let current = ranges.pop();
  while (current) {
    context.spend(1);
    const before = ranges.pop();
    if (before && current.first - 1n <= before.last) {
      const first = order(before.first, current.first) < 0 ? before.first : current.first;
      current = { first, last: current.last };
    } else {
      done.push(current);
      current = before;
    }
  }
  return done.reverse().flatMap((range) => (range.network ? [range.network] : covering(range)));
}

/** The networks that make up a range, each as large as its start and the end allow. */
function covering(range: Range): Network[] {
  const networks: Network[] = [];
  let start = range.first;
  while (start <= range.last) {
    let size = 0;
    while (
      size < 128 &&
      (start >> BigInt(size)) % 2n === 0n &&
      start + (2n << BigInt(size)) - 1n <= range.last
    ) {
      size += 1;
    }
    networks.push({ address: start, prefix: 128 - size });
    start += 1n << BigInt(size);
  }
  return networks;
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
