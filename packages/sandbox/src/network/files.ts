import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GuardNetwork } from '../guard/guard.ts';
import type { PodSpec } from '../pod.ts';
import { type Identity, makeOwned } from '../rootfs/layout.ts';
import { isPlainDirectory } from '../rootfs/lookup.ts';

/**
 * Puts /etc/hosts, /etc/hostname and /etc/resolv.conf into the container's own top layer: three files instead of three
 * mounts. An image whose /etc is a link or a file keeps its own.
 */
export function writeNetworkFiles(
  upper: string,
  layers: string[],
  pod: Pick<PodSpec, 'hostname' | 'hostAliases' | 'dns'>,
  network: GuardNetwork,
  identity: Identity,
): void {
  if (!isPlainDirectory(layers, 'etc')) return;
  const etc = join(upper, 'etc');
  makeOwned(etc, identity, 0o755);
  const files = {
    hosts: hostsFile(pod.hostname, pod.hostAliases),
    hostname: `${pod.hostname}\n`,
    'resolv.conf': pod.dns ? dnsFile(pod.dns) : resolvConf(network),
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(etc, name);
    writeFileSync(path, text, { mode: 0o644 });
    if (!identity.rootless) chownSync(path, identity.root.uid, identity.root.gid);
  }
}

/** What a container finds at /etc/hosts. */
export function hostsFile(hostname: string, aliases: PodSpec['hostAliases'] = []): string {
  const own = `127.0.0.1\tlocalhost\n127.0.1.1\t${hostname}\n::1\tip6-localhost ip6-loopback\n`;
  return own + aliases.map(({ ip, hostnames }) => `${[ip, ...hostnames].join('\t')}\n`).join('');
}

function dnsFile({ nameservers, searches, options }: NonNullable<PodSpec['dns']>): string {
  return [
    ...nameservers.map((address) => `nameserver ${address}`),
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}

/**
 * What a container finds at /etc/resolv.conf: the user-mode network's own resolver, which forwards to the host's,
 * with the host's search domains; nothing where there is no network.
 */
export function resolvConf(network: GuardNetwork, host: string = hostResolvConf()): string {
  if (network === 'none') return '# no network\n';
  const kept = host.split('\n').filter((line) => /^(search|options)\s/.test(line));
  return ['nameserver 10.0.2.3', ...kept, ''].join('\n');
}

function hostResolvConf(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return '';
  }
}
