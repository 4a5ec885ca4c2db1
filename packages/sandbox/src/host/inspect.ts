import { readFileSync } from 'node:fs';
import { ownerName } from '../guard/owner.ts';
import { type CgroupKind, CgroupTree, detectCgroups } from '../limits/cgroups.ts';
import { defaultSeccompPaths, loadSeccompProfile } from '../runtime/seccomp.ts';
import { accessible, findProgram, hostIdentity } from './tools.ts';

/** One thing of the host that isolation uses. */
export interface HostNeed {
  name: string;
  present: boolean;
  /** Without a required one no step runs. */
  required: boolean;
  /** What was found, or what is lost without it. */
  detail: string;
  /** The command that brings it, where one does. */
  fix?: string;
}

export interface HostReport {
  /** True when nothing required is absent. */
  ready: boolean;
  rootless: boolean;
  cgroups: CgroupKind;
  needs: HostNeed[];
}

/** Says what this host has and lacks for running steps; changes nothing and starts no container. */
export async function inspectHost(): Promise<HostReport> {
  const identity = hostIdentity();
  const { rootless } = identity;
  const mounts = detectCgroups();
  const crun = findProgram('crun');
  const runc = findProgram('runc');
  const program = (name: string, required: boolean, lost: string, apt: string): HostNeed => {
    const path = findProgram(name);
    return need(name, path !== undefined, required, path ?? lost, `apt-get install ${apt}`);
  };
  const profile = seccompFault();
  const overlay = filesystems().includes('overlay');
  const namespaces = readNumber('/proc/sys/user/max_user_namespaces') > 0;
  const needs: HostNeed[] = [
    program(
      'crun',
      runc === undefined,
      'the faster runtime: steps start about 20 ms later with runc',
      'crun',
    ),
    program('runc', crun === undefined, 'the runtime to fall back to where crun does not work', 'runc'),
    ...['setpriv', 'unshare', 'mount', 'nsenter'].map((name) =>
      program(name, true, 'the guard that holds a pod together', 'util-linux mount'),
    ),
    program('ip', true, 'the loopback of a pod', 'iproute2'),
    program('tar', true, 'unpacking layers that remove files', 'tar'),
    need(
      'seccomp profile',
      profile === undefined,
      true,
      profile ?? defaultSeccompPaths.join(' or '),
      'apt-get install golang-github-containers-common',
    ),
    program(
      'slirp4netns',
      false,
      'steps reach the services of this host only, not the network',
      'slirp4netns',
    ),
    program('socat', false, "steps cannot reach the factory's own registry and git server", 'socat'),
    need(
      'overlayfs',
      overlay,
      true,
      overlay ? 'in the kernel' : 'root file systems of steps',
      'modprobe overlay',
    ),
    need(
      'user namespaces',
      namespaces,
      true,
      namespaces ? 'allowed' : 'the separation of container ids from host ids',
      'sysctl -w user.max_user_namespaces=65536',
    ),
    limitsNeed(rootless, mounts),
  ];
  if (rootless) {
    const whole = identity.size > 1;
    const detail = whole ? `${identity.size} ids` : 'users other than root inside steps';
    needs.push(
      need(
        'subordinate ids',
        whole,
        false,
        detail,
        'apt-get install uidmap && usermod --add-subuids 100000-165535 $USER',
      ),
    );
    if (findProgram('slirp4netns') !== undefined) {
      const open = accessible('/dev/net/tun');
      needs.push(
        need(
          '/dev/net/tun',
          open,
          false,
          open ? 'accessible' : 'the network of steps',
          'chmod 0666 /dev/net/tun',
        ),
      );
    }
  }
  const ready = needs.every(({ present, required }) => present || !required);
  return { ready, rootless, cgroups: mounts.kind, needs };
}

function need(name: string, present: boolean, required: boolean, detail: string, fix: string): HostNeed {
  return { name, present, required, detail, ...(present ? {} : { fix }) };
}

function limitsNeed(rootless: boolean, mounts: ReturnType<typeof detectCgroups>): HostNeed {
  const tree = new CgroupTree(ownerName(), mounts, !rootless);
  const held = Object.entries(tree.enforced).filter(([, enforced]) => enforced);
  tree.close();
  const present = held.length === 3;
  const detail = present
    ? `memory, cpu and pids (${mounts.kind})`
    : `limits of ${held.length === 0 ? 'any kind' : 'some kinds'} are not enforced`;
  return {
    name: 'cgroup limits',
    present,
    required: false,
    detail,
    ...(present ? {} : { fix: 'run as root' }),
  };
}

function seccompFault(): string | undefined {
  try {
    loadSeccompProfile();
    return undefined;
  } catch (error) {
    return `the filter of system calls: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function filesystems(): string[] {
  return read('/proc/filesystems')
    .split('\n')
    .map((line) => line.split('\t').at(-1) ?? '');
}

function readNumber(path: string): number {
  return Number(read(path));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
