import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { SandboxError } from './error.ts';
import type { GuardSettings } from './guard/guard.ts';
import { createOwnerDir, ownerName, sweepOwners } from './guard/owner.ts';
import { GuardStock } from './guard/stock.ts';
import { GuardedPod, type PodHost } from './guarded-pod.ts';
import { accessible, findProgram, hostIdentity } from './host/tools.ts';
import { type CgroupMounts, CgroupTree, detectCgroups } from './limits/cgroups.ts';
import type { Pod, PodSpec, RuntimeInfo, Sandbox } from './pod.ts';
import { copyTree, type Identity, makeTraversable, removeTree, treeBytes } from './rootfs/layout.ts';
import { contains } from './rootfs/mounts.ts';
import { makeSharedDirectory } from './rootfs/shared-directory.ts';
import { OutputPipes } from './runtime/output.ts';
import { chooseRuntime, type RuntimeChoice, type RuntimeName } from './runtime/probe.ts';
import { loadSeccompProfile } from './runtime/seccomp.ts';

export interface SandboxOptions {
  /**
   * The sandbox's directory: layers, pods, and the volumes its containers may be given. Opened to the containers'
   * root (group, pass through only); made when absent.
   */
  home: string;
  /** What `localhost:<port>` means in a pod with network: a Unix socket of this host. @default [] */
  services?: ReadonlyArray<{ port: number; socketPath: string }>;
  /** @default 'auto' */
  runtime?: 'auto' | RuntimeName;
  /** How many pods are prepared ahead of need. @default 1 */
  warmPods?: number;
  /** Kind of network the first pods will want, so that one is prepared at once. @default 'egress' */
  firstNetwork?: PodSpec['network'];
  /** Directories of the host, besides `home`, from which containers may be given mounts. @default [] */
  hostMounts?: readonly string[];
  /** @default the system's */
  clock?: () => Date;
}

/**
 * Opens the sandbox of this host: probes which runtime works, sweeps what dead processes left, and prepares the first pods.
 *
 * @throws SandboxError `RuntimeUnavailable`; `HostToolMissing` when the seccomp profile or, for services, socat is absent
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const identity = hostIdentity();
  makeTraversable(resolve(options.home), identity);
  const home = realpathSync(resolve(options.home));
  const services = options.services ?? [];
  if (services.length > 0 && findProgram('socat') === undefined) {
    throw new SandboxError('HostToolMissing', 'socat is not installed: steps could not reach the services', {
      hint: 'apt-get install socat',
    });
  }
  const hostMounts = (options.hostMounts ?? []).map((dir) => realpathSync(resolve(dir)));
  const mounts = detectCgroups();
  sweepOwners(home, mounts);
  const owner = ownerName();
  const ownerDir = createOwnerDir(home, owner);
  const cgroups = new CgroupTree(owner, mounts, !identity.rootless);
  const common: Omit<GuardSettings, 'runtime' | 'cgroups' | 'cgroupTree'> = {
    home,
    at: coverable([home, ...hostMounts]),
    ownerDir,
    userNamespace: identity.unshare,
    slirp4netns: accessible('/dev/net/tun') ? (findProgram('slirp4netns') ?? '') : '',
    services,
  };
  const settingsFor = (runtime: { name: RuntimeName; path: string }): GuardSettings => ({
    ...common,
    runtime: runtime.path,
    cgroups: cgroupView(runtime.name, identity, mounts),
    ...(runtime.name === 'crun' && cgroups.hierarchies.length > 0 ? { cgroupTree: cgroups } : {}),
  });
  const shared: Omit<PodHost, 'settings' | 'runtimeName'> = {
    identity,
    cgroups,
    pipes: new OutputPipes(join(home, ownerDir, 'pipes')),
    profile: loadSeccompProfile(),
    hostMounts,
    now: options.clock ?? (() => new Date()),
    filters: new Map(),
  };
  const dispose = async (): Promise<void> => {
    cgroups.close();
    await removeTree(join(home, ownerDir), identity);
  };
  const key = `${mounts.kind} ${identity.root.uid} ${identity.size}`;
  const choice = await chooseRuntime(
    home,
    options.runtime ?? 'auto',
    identity,
    key,
    async (runtime, spec, ownMounts) => {
      const host = {
        ...shared,
        settings: settingsFor(runtime),
        runtimeName: runtime.name,
        hostMounts: ownMounts,
      };
      const stock = new GuardStock(host.settings, 0);
      const podSpec: PodSpec = {
        id: `probe-${runtime.name}`,
        hostname: 'probe',
        network: 'none',
        containers: 1,
      };
      const pod = new GuardedPod(podSpec, host, stock.take('none'));
      try {
        return await (await pod.run(spec)).exit;
      } finally {
        await pod.remove();
      }
    },
  ).catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  const host: PodHost = { ...shared, settings: settingsFor(choice), runtimeName: choice.name };
  const stock = new GuardStock(host.settings, options.warmPods ?? 1);
  host.pipes.refill();
  stock.fill(options.firstNetwork ?? 'egress');
  return new HostSandbox(
    host,
    stock,
    runtimeInfo(choice, identity, cgroups, common.slirp4netns !== ''),
    mounts,
    dispose,
  );
}

class HostSandbox implements Sandbox {
  readonly runtime: RuntimeInfo;
  readonly #host: PodHost;
  readonly #stock: GuardStock;
  readonly #mounts: CgroupMounts;
  readonly #dispose: () => Promise<void>;
  readonly #pods = new Map<string, Pod>();
  #closing: Promise<void> | undefined;

  constructor(
    host: PodHost,
    stock: GuardStock,
    runtime: RuntimeInfo,
    mounts: CgroupMounts,
    dispose: () => Promise<void>,
  ) {
    this.#host = host;
    this.#stock = stock;
    this.runtime = runtime;
    this.#mounts = mounts;
    this.#dispose = dispose;
  }

  makeVolume(path: string): void {
    const { home } = this.#host.settings;
    if (!isAbsolute(path) || !contains(home, resolve(path)) || resolve(path) === home) {
      throw new SandboxError('MountRefused', `volume ${path} is not below the sandbox's directory ${home}`);
    }
    makeSharedDirectory(path, this.#host.identity.root);
  }

  async removeVolume(path: string): Promise<void> {
    await removeTree(this.#below(path), this.#host.identity);
  }

  async copyVolume(from: string, to: string): Promise<void> {
    await copyTree(this.#below(from), this.#below(to), this.#host.identity);
  }

  async volumeBytes(path: string): Promise<number> {
    return treeBytes(this.#below(path), this.#host.identity);
  }

  /** The path without links above its last name. */
  #below(path: string): string {
    const { home } = this.#host.settings;
    const plain = resolve(path);
    const parent = dirname(plain);
    const real = statSync(parent, { throwIfNoEntry: false }) ? realpathSync(parent) : parent;
    if (!isAbsolute(path) || !contains(home, real)) {
      throw new SandboxError('MountRefused', `volume ${path} is not below the sandbox's directory ${home}`);
    }
    return join(real, basename(plain));
  }

  async createPod(spec: PodSpec): Promise<Pod> {
    if (this.#closing !== undefined) throw new SandboxError('Closed', 'the sandbox is closed');
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(spec.id)) {
      throw new SandboxError('InvalidSpec', `pod id ${JSON.stringify(spec.id)} is not well formed`);
    }
    if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]{0,62}$/.test(spec.hostname)) {
      throw new SandboxError('InvalidSpec', `hostname ${JSON.stringify(spec.hostname)} is not well formed`);
    }
    if (this.#pods.has(spec.id)) throw new SandboxError('InvalidSpec', `there is a pod ${spec.id} already`);
    const guard = this.#stock.take(spec.network);
    const pod = new GuardedPod(spec, this.#host, guard);
    this.#pods.set(spec.id, pod);
    void guard.ended.then(() => this.#pods.delete(spec.id));
    return pod;
  }

  async sweep(): Promise<{ pods: number; cgroups: number }> {
    return sweepOwners(this.#host.settings.home, this.#mounts);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([this.#stock.close(), ...[...this.#pods.values()].map((pod) => pod.remove())]);
    await this.#dispose();
  }
}

/** crun refuses hosts whose unified tree holds controllers, and trees it may not write. */
function cgroupView(
  runtime: RuntimeName,
  identity: Identity,
  mounts: CgroupMounts,
): GuardSettings['cgroups'] {
  if (runtime === 'runc') return 'keep';
  if (identity.rootless) return 'cover';
  return mounts.kind === 'hybrid' ? 'unmount-unified' : 'keep';
}

function runtimeInfo(
  choice: RuntimeChoice,
  identity: Identity,
  cgroups: CgroupTree,
  egress: boolean,
): RuntimeInfo {
  const { memory, cpu, pids } = cgroups.enforced;
  const words = [choice.reason];
  if (!(memory && cpu && pids)) words.push('some limits are not enforced, as we may not write their cgroups');
  if (!egress)
    words.push('steps have no outbound network, as slirp4netns or /dev/net/tun is not there for us');
  return {
    name: choice.name,
    version: choice.version,
    reason: words.join('; '),
    rootless: identity.rootless,
    cgroups: cgroups.kind,
    containerRoot: { ...identity.root },
    enforced: { memory, cpu, pids },
  };
}

/** A directory every host has that holds nothing we give to containers; its real path. */
function coverable(used: string[]): string {
  const usual = ['/mnt', '/media', '/srv', '/opt'];
  for (const dir of usual) {
    if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) continue;
    const real = realpathSync(dir);
    if (!used.some((path) => contains(real, path))) return real;
  }
  throw new SandboxError(
    'GuardFailed',
    `none of ${usual.join(', ')} is free to be covered by a pod's guard`,
    {
      hint: 'make an empty directory /mnt',
    },
  );
}
