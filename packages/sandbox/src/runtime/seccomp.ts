import { readFileSync } from 'node:fs';
import { arch as hostArch, release } from 'node:os';
import { SandboxError } from '../error.ts';

const CLONE_NEWUSER = 0x10000000;
const EPERM = 1;
const ENOSYS = 38;

interface ProfileArgument {
  index: number;
  value: number;
  valueTwo?: number;
  op: string;
}

interface ProfileFilter {
  arches?: string[];
  caps?: string[];
  minKernel?: string;
}

interface ProfileRule {
  name?: string;
  names?: string[];
  action: string;
  args?: ProfileArgument[] | null;
  errnoRet?: number;
  includes?: ProfileFilter;
  excludes?: ProfileFilter;
}

/** A profile as containers/common and Docker write it, with conditions still in. */
export interface SeccompProfile {
  defaultAction: string;
  defaultErrnoRet?: number;
  syscalls: ProfileRule[];
}

/** `linux.seccomp` of the OCI runtime specification. */
export interface OciSeccomp {
  defaultAction: string;
  defaultErrnoRet?: number;
  architectures: string[];
  syscalls: Array<{ names: string[]; action: string; errnoRet?: number; args?: ProfileArgument[] }>;
}

const ociArchitectures: Record<string, { oci: string; profile: string }> = {
  x64: { oci: 'SCMP_ARCH_X86_64', profile: 'amd64' },
  arm64: { oci: 'SCMP_ARCH_AARCH64', profile: 'arm64' },
  ppc64: { oci: 'SCMP_ARCH_PPC64LE', profile: 'ppc64le' },
  s390x: { oci: 'SCMP_ARCH_S390X', profile: 's390x' },
  riscv64: { oci: 'SCMP_ARCH_RISCV64', profile: 'riscv64' },
};

export const defaultSeccompPaths: readonly string[] = [
  '/usr/share/containers/seccomp.json',
  '/etc/containers/seccomp.json',
];

/**
 * Reads the host's default container profile.
 * @throws SandboxError `HostToolMissing` when there is none: a step never runs without a filter.
 */
export function loadSeccompProfile(paths: readonly string[] = defaultSeccompPaths): SeccompProfile {
  for (const path of paths) {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      continue;
    }
    return JSON.parse(text) as SeccompProfile;
  }
  throw new SandboxError('HostToolMissing', `no seccomp profile at ${paths.join(' or ')}`, {
    hint: 'apt-get install golang-github-containers-common',
  });
}

/**
 * Resolves a profile's conditions to what the OCI runtime takes, for the native architecture alone: filters for
 * further ones triple the cost of a start, and a foreign-architecture call is refused outright.
 *
 * @param options.nestedUserNamespaces when false, creating a user namespace is EPERM (`clone`, `unshare`) and
 * `clone3`, whose flags a filter cannot see, is ENOSYS, upon which C libraries use `clone`.
 */
export function resolveSeccomp(
  profile: SeccompProfile,
  options: { capabilities: string[]; nestedUserNamespaces: boolean; arch?: string; kernel?: string },
): OciSeccomp {
  const arch = options.arch ?? hostArch();
  const native = ociArchitectures[arch];
  if (native === undefined) {
    throw new SandboxError('HostToolMissing', `no seccomp architecture known for ${arch}`);
  }
  const kernel = options.kernel ?? release();
  const capabilities = new Set(options.capabilities);
  const guarded = options.nestedUserNamespaces ? new Set<string>() : new Set(['clone', 'clone3', 'unshare']);
  const syscalls: OciSeccomp['syscalls'] = [];
  for (const rule of profile.syscalls) {
    if (!applies(rule, native.profile, capabilities, kernel)) continue;
    const all = rule.names ?? (rule.name === undefined ? [] : [rule.name]);
    const names = all.filter((name) => !guarded.has(name));
    if (names.length === 0) continue;
    syscalls.push({
      names,
      action: rule.action,
      ...(rule.errnoRet === undefined ? {} : { errnoRet: rule.errnoRet }),
      ...(rule.args && rule.args.length > 0 ? { args: rule.args } : {}),
    });
  }
  if (!options.nestedUserNamespaces) syscalls.push(...withoutUserNamespaces(arch));
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet === undefined ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    architectures: [native.oci],
    syscalls,
  };
}

function withoutUserNamespaces(arch: string): OciSeccomp['syscalls'] {
  // s390x passes clone's flags as its second argument.
  const cloneFlags = arch === 's390x' ? 1 : 0;
  const flag = (index: number, wanted: number): ProfileArgument[] => [
    { index, value: CLONE_NEWUSER, valueTwo: wanted, op: 'SCMP_CMP_MASKED_EQ' },
  ];
  return [
    { names: ['clone'], action: 'SCMP_ACT_ALLOW', args: flag(cloneFlags, 0) },
    { names: ['clone'], action: 'SCMP_ACT_ERRNO', errnoRet: EPERM, args: flag(cloneFlags, CLONE_NEWUSER) },
    { names: ['unshare'], action: 'SCMP_ACT_ALLOW', args: flag(0, 0) },
    { names: ['unshare'], action: 'SCMP_ACT_ERRNO', errnoRet: EPERM, args: flag(0, CLONE_NEWUSER) },
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
  ];
}

function applies(rule: ProfileRule, arch: string, capabilities: Set<string>, kernel: string): boolean {
  const { includes = {}, excludes = {} } = rule;
  if (includes.arches?.length && !includes.arches.includes(arch)) return false;
  if (includes.caps?.length && !includes.caps.every((name) => capabilities.has(name))) return false;
  if (includes.minKernel && !kernelAtLeast(kernel, includes.minKernel)) return false;
  if (excludes.arches?.includes(arch)) return false;
  if (excludes.caps?.some((name) => capabilities.has(name))) return false;
  if (excludes.minKernel && kernelAtLeast(kernel, excludes.minKernel)) return false;
  return true;
}

function kernelAtLeast(kernel: string, wanted: string): boolean {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
