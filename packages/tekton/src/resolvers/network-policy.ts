import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { resolutionFailed } from './remote.ts';

/** Where resolvers may connect to. They run with the factory's network, on behalf of runs that may be hostile. */
export interface NetworkPolicy {
  /** Hosts, as a URL writes them (`localhost:8080`), that may be on this machine or otherwise off limits. */
  allowedHosts?: readonly string[];
  /** Lets every host be on this machine. @default false */
  allowLoopback?: boolean;
}

const forbidden = new BlockList();
forbidden.addSubnet('0.0.0.0', 8);
forbidden.addSubnet('127.0.0.0', 8);
forbidden.addSubnet('169.254.0.0', 16);
forbidden.addSubnet('224.0.0.0', 3);
forbidden.addAddress('::', 'ipv6');
forbidden.addAddress('::1', 'ipv6');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addSubnet('ff00::', 8, 'ipv6');

/** True for this machine, the link (where clouds keep their metadata), multicast and nothing at all. */
export function isLocalAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  return forbidden.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

export function allows(policy: NetworkPolicy, host: string): boolean {
  return policy.allowLoopback === true || (policy.allowedHosts ?? []).includes(host);
}

export const refusedHost = (host: string) =>
  resolutionFailed(`${host} is an address of this machine or its link, which resolvers may not ask`, {
    hint: 'name it under allowed-hosts in tekton.yaml of ASSAY_HOME when it is yours',
  });

/**
 * Refuses a URL whose host is, or resolves to, a local address. For programs that connect by themselves: between this
 * look and theirs a name may come to mean something else.
 * @throws TektonError ResolutionFailed
 */
export async function checkHost(url: URL, policy: NetworkPolicy): Promise<void> {
  if (allows(policy, url.host)) return;
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(name) ? [{ address: name }] : await lookup(name, { all: true }).catch(() => []);
  if (addresses.some(({ address }) => isLocalAddress(address))) throw refusedHost(url.host);
}
