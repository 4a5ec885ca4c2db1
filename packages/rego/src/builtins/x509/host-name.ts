import { addressText, parseAddress } from '../net/address.ts';
import type { Certificate } from './certificate.ts';

/** Whether a certificate's alternative names stand for a host (RFC 6125; the common name never counts). */
export function matchesHost(certificate: Certificate, host: string): boolean {
  const { names } = certificate.known;
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  const address = parseAddress(bare);
  if (address !== undefined) return names.addresses.includes(addressText(address));
  const wanted = host.toLowerCase();
  return names.dns.some((pattern) => {
    if (isHostName(wanted, false) && isHostName(pattern, true)) return matchesPattern(pattern, wanted);
    return pattern !== '' && pattern !== '.' && pattern.toLowerCase() === wanted;
  });
}

function isHostName(name: string, pattern: boolean): boolean {
  const labels = (pattern ? name : name.replace(/\.$/, '')).split('.');
  return labels.every((label, index) => {
    if (pattern && index === 0 && label === '*') return true;
    return /^[A-Za-z0-9_:][A-Za-z0-9_:-]*$/.test(label);
  });
}

function matchesPattern(pattern: string, host: string): boolean {
  const patterns = pattern.toLowerCase().replace(/\.$/, '').split('.');
  const labels = host.replace(/\.$/, '').split('.');
  if (patterns.length !== labels.length) return false;
  return patterns.every((label, index) => (index === 0 && label === '*') || label === labels[index]);
}
