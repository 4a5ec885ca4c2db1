import type { ResourceLimits } from '../pod.ts';
import type { OciSeccomp } from './seccomp.ts';

/** What of the OCI runtime specification (config.md, config-linux.md) we write. */
export interface OciSpec {
  ociVersion: string;
  process: OciProcess;
  root: { path: string; readonly: boolean };
  hostname: string;
  mounts: OciMount[];
  linux: {
    namespaces: Array<{ type: string; path?: string }>;
    uidMappings?: IdMapping[];
    gidMappings?: IdMapping[];
    cgroupsPath?: string;
    resources?: Record<string, unknown>;
    seccomp: OciSeccomp;
    maskedPaths: string[];
    readonlyPaths: string[];
  };
}

/** Of a container, or of a process that joins it. */
export interface OciProcess {
  terminal: boolean;
  user: { uid: number; gid: number; umask: number; additionalGids: number[] };
  args: string[];
  env: string[];
  cwd: string;
  capabilities: Record<'bounding' | 'effective' | 'inheritable' | 'permitted' | 'ambient', string[]>;
  noNewPrivileges: true;
}

export interface OciMount {
  destination: string;
  type: string;
  source: string;
  options: string[];
}

export interface IdMapping {
  containerID: number;
  hostID: number;
  size: number;
}

export interface SpecInput {
  args: string[];
  /** In the order they are to appear. */
  env: Record<string, string>;
  cwd: string;
  user: { uid: number; gid: number; groups: number[] };
  capabilities: string[];
  rootPath: string;
  readOnlyRoot: boolean;
  hostname: string;
  /** Where the pod's network namespace is bound, or undefined for a fresh one with a loopback alone. */
  networkPath?: string;
  /** A sysfs of the pod's network namespace: a new user namespace may not mount one of a namespace it doesn't own. */
  sysfsPath?: string;
  mounts: OciMount[];
  /** Undefined when the guard is in a user namespace already. */
  idMapping?: { uid: number; gid: number; size: number };
  /** Whether group 5 exists on the host side of the mapping, for terminals. */
  ttyGroup: boolean;
  seccomp: OciSeccomp;
  /** Set for a runtime that makes its own cgroup. */
  cgroup?: { path: string; limits: ResourceLimits; pids: number };
}

const maskedPaths = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
  '/sys/fs/selinux',
];

const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** Writes the runtime's configuration for one container; every number in it is a plain non-negative integer. */
export function createSpec(input: SpecInput): OciSpec {
  // Only root holds capabilities; for others the set bounds what a file capability could give, which
  // noNewPrivileges forbids anyway.
  const held = input.user.uid === 0 ? input.capabilities : [];
  const ids = input.idMapping;
  const namespaces: Array<{ type: string; path?: string }> = [
    { type: 'pid' },
    { type: 'ipc' },
    { type: 'uts' },
    { type: 'mount' },
    { type: 'cgroup' },
    input.networkPath === undefined ? { type: 'network' } : { type: 'network', path: input.networkPath },
  ];
  if (ids !== undefined) namespaces.push({ type: 'user' });
  return {
    ociVersion: '1.0.0',
    process: {
      terminal: false,
      user: { uid: input.user.uid, gid: input.user.gid, umask: 0o22, additionalGids: input.user.groups },
      args: input.args,
      env: Object.entries(input.env).map(([name, value]) => `${name}=${value}`),
      cwd: input.cwd,
      capabilities: {
        bounding: input.capabilities,
        effective: held,
        inheritable: [],
        permitted: held,
        ambient: [],
      },
      noNewPrivileges: true,
    },
    root: { path: input.rootPath, readonly: input.readOnlyRoot },
    hostname: input.hostname,
    mounts: [...systemMounts(input), ...input.mounts],
    linux: {
      namespaces,
      ...(ids === undefined
        ? {}
        : {
            uidMappings: [{ containerID: 0, hostID: ids.uid, size: ids.size }],
            gidMappings: [{ containerID: 0, hostID: ids.gid, size: ids.size }],
          }),
      ...(input.cgroup === undefined
        ? {}
        : {
            cgroupsPath: input.cgroup.path,
            resources: cgroupResources(input.cgroup.limits, input.cgroup.pids),
          }),
      seccomp: input.seccomp,
      maskedPaths,
      readonlyPaths,
    },
  };
}

function systemMounts(input: SpecInput): OciMount[] {
  const quiet = ['nosuid', 'noexec', 'nodev'];
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: quiet },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: [
        'nosuid',
        'noexec',
        'newinstance',
        'ptmxmode=0666',
        'mode=0620',
        ...(input.ttyGroup ? ['gid=5'] : []),
      ],
    },
    {
      destination: '/dev/shm',
      type: 'tmpfs',
      source: 'shm',
      options: [...quiet, 'mode=1777', 'size=65536k'],
    },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: quiet },
    input.sysfsPath === undefined
      ? { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...quiet, 'ro'] }
      : { destination: '/sys', type: 'bind', source: input.sysfsPath, options: ['bind', ...quiet, 'ro'] },
  ];
}

/** `linux.resources`: swap off when memory is limited, a CFS quota over 100 ms periods. */
export function cgroupResources(limits: ResourceLimits, pids: number): Record<string, unknown> {
  return {
    devices: [{ allow: false, access: 'rwm' }],
    pids: { limit: pids },
    ...(limits.memoryBytes === undefined
      ? {}
      : { memory: { limit: limits.memoryBytes, swap: limits.memoryBytes } }),
    ...(limits.cpuMillis === undefined
      ? {}
      : { cpu: { quota: Math.max(1000, limits.cpuMillis * 100), period: 100_000 } }),
  };
}
