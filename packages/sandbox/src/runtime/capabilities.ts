import { SandboxError } from '../error.ts';

/**
 * What a container's root holds unless told otherwise: the usual container set without MKNOD, AUDIT_WRITE and
 * NET_RAW, which a build step has no use for.
 */
export const defaultCapabilities: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_NET_BIND_SERVICE',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

/**
 * The default set changed by a Kubernetes `securityContext.capabilities`: names with or without `CAP_`, `ALL` in
 * `drop` empties the set before `add` fills it. `ALL` in `add` is refused: it would name what we cannot judge.
 */
export function resolveCapabilities(change: { add?: string[]; drop?: string[] } = {}): string[] {
  const drop = new Set((change.drop ?? []).map(canonical));
  const kept = drop.has('CAP_ALL') ? [] : defaultCapabilities.filter((name) => !drop.has(name));
  const added = (change.add ?? []).map(canonical);
  if (added.includes('CAP_ALL')) {
    throw new SandboxError('InvalidSpec', 'capabilities.add: ALL cannot be granted', {
      hint: 'name the capabilities that the step needs',
    });
  }
  return [...new Set([...kept, ...added])].sort();
}

function canonical(name: string): string {
  const upper = name.toUpperCase();
  const full = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  if (!/^CAP_[A-Z_]{2,32}$/.test(full)) {
    throw new SandboxError('InvalidSpec', `capabilities: ${JSON.stringify(name)} is no capability name`);
  }
  return full;
}
