import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { SandboxError } from './error.ts';
import type { Guard, GuardSettings } from './guard/guard.ts';
import type { CgroupTree } from './limits/cgroups.ts';
import { writeNetworkFiles } from './network/files.ts';
import { requestFrom } from './network/request.ts';
import type { Container, ContainerSpec, Pod, PodRequest, PodSpec } from './pod.ts';
import { writeHomeFiles } from './rootfs/home-files.ts';
import { type Identity, makeOwned, overlayOptions, removeTree } from './rootfs/layout.ts';
import { contains, type PinnedSource, resolveMounts } from './rootfs/mounts.ts';
import { resolveUser } from './rootfs/user.ts';
import { resolveCapabilities } from './runtime/capabilities.ts';
import { startContainer } from './runtime/container.ts';
import { ContainerOutput } from './runtime/container-output.ts';
import type { ExecHost } from './runtime/exec.ts';
import type { OutputPipes } from './runtime/output.ts';
import { type OciSeccomp, resolveSeccomp, type SeccompProfile } from './runtime/seccomp.ts';
import { createSpec, type OciProcess } from './runtime/spec.ts';
import { startFile } from './runtime/start-file.ts';

const defaultPids = 4096;
/** The guard's shell and the runtime, which wait in the container's cgroup for it to end. */
const runtimeProcesses = 2;
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What the pods of one sandbox share. */
export interface PodHost {
  settings: GuardSettings;
  runtimeName: 'crun' | 'runc';
  identity: Identity;
  cgroups: CgroupTree;
  pipes: OutputPipes;
  profile: SeccompProfile;
  hostMounts: readonly string[];
  now: () => Date;
  /** Filters by what they depend on: resolving one costs more than all else of a specification. */
  filters: Map<string, OciSeccomp>;
}

/** A pod under a guard of its own. */
export class GuardedPod implements Pod {
  readonly id: string;
  readonly #spec: PodSpec;
  readonly #host: PodHost;
  readonly #guard: Guard;
  readonly #dir: string;
  readonly #names = new Set<string>();
  #removal: Promise<void> | undefined;
  #requests = 0;

  constructor(spec: PodSpec, host: PodHost, guard: Guard) {
    this.id = spec.id;
    this.#spec = spec;
    this.#host = host;
    this.#guard = guard;
    this.#dir = join(host.settings.home, host.settings.ownerDir, 'pods', spec.id);
    mkdirSync(this.#dir, { mode: 0o711 });
  }

  async run(spec: ContainerSpec): Promise<Container> {
    this.#admit(spec);
    const { settings, cgroups, pipes, identity, runtimeName } = this.#host;
    const dir = join(this.#dir, spec.name);
    const relativeDir = join('pods', this.id, spec.name);
    const inGuard = join(settings.at, settings.ownerDir, relativeDir);
    const id = `${this.id}.${spec.name}`;
    const pids = spec.limits.pids ?? defaultPids;
    const { config, pins } = this.#config(spec, id, pids);
    const number = this.#names.size;
    this.#names.add(spec.name);
    mkdirSync(dir, { mode: 0o711 });
    mkdirSync(join(dir, 'rootfs'));
    makeOwned(join(dir, 'upper'), identity, 0o755);
    makeOwned(join(dir, 'work'), identity, 0o755);
    if (pins.length > 0) makePlaces(join(dir, 'mounts'), pins);
    const network = spec.network === 'none' ? 'none' : this.#spec.network;
    writeNetworkFiles(join(dir, 'upper'), spec.image.layers, this.#spec, network, identity);
    if (spec.homeFiles) {
      const refused = spec.readOnlyRootFilesystem
        ? 'read-only file system'
        : writeHomeFiles(join(dir, 'upper'), spec.image.layers, config.process, spec.homeFiles, identity);
      if (refused !== undefined) spec.onHomeRefused?.(refused);
    }
    writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
    const output = new ContainerOutput((chunk) => spec.onOutput?.(chunk));
    const pipe = pipes.open((chunk) => output.write(chunk));
    const error = this.#errorPipe(spec);
    const ownDir = relative(settings.home, dir);
    const overlay = overlayOptions(
      settings.home,
      spec.image.layers,
      { upper: join(ownDir, 'upper'), work: join(ownDir, 'work') },
      identity.rootless,
    );
    const start = startFile({
      home: settings.at,
      overlay,
      rootDir: join(ownDir, 'rootfs'),
      pins,
      output: join(settings.at, settings.ownerDir, 'pipes', basename(pipe.path)),
      ...(error && { error: join(settings.at, settings.ownerDir, 'pipes', basename(error.pipe.path)) }),
      log: join(inGuard, 'log'),
      command: this.#command(inGuard, id),
    });
    writeFileSync(join(dir, 'start'), start);
    const guard = this.#guard;
    await guard.ready;
    // Nothing may come between here and the start: the guard sits in one container's cgroup at a time.
    const cgroup = runtimeName === 'crun' ? guard.cgroup : id;
    if (runtimeName === 'crun') cgroups.limit(cgroup, spec.limits, pids + runtimeProcesses);
    const { now } = this.#host;
    const command = spec.args[0] ?? '';
    return startContainer({
      ...{ guard, cgroups, cgroup, now, name: String(number), id, dir, relativeDir, command, output, pipe },
      ...(error && { error }),
      execHost: (nth) => this.#execHost(spec, config.process, { name: `${number}.${nth}`, cgroup, nth }),
    });
  }

  #errorPipe(spec: ContainerSpec) {
    if (!spec.onError) return undefined;
    const output = new ContainerOutput((chunk) => spec.onError?.(chunk));
    return { output, pipe: this.#host.pipes.open((chunk) => output.write(chunk)) };
  }

  #execHost(
    { name: container, network }: ContainerSpec,
    process: OciProcess,
    { name, cgroup, nth }: { name: string; cgroup: string; nth: number },
  ): ExecHost {
    const { settings, cgroups, pipes, runtimeName, identity } = this.#host;
    const relativeDir = join('pods', this.id, container, `exec-${nth}`);
    const owner = join(settings.at, settings.ownerDir);
    return {
      ...{ guard: this.#guard, pipes, process, name, relativeDir },
      id: `${this.id}.${container}`,
      cgroups: runtimeName === 'crun' ? cgroups.directories(cgroup) : [],
      dir: join(this.#dir, container, `exec-${nth}`),
      inGuard: join(owner, relativeDir),
      pipesInGuard: join(owner, 'pipes'),
      runtime: [settings.runtime, ...(runtimeName === 'crun' ? ['--cgroup-manager=disabled'] : [])],
      state: { dir: join(settings.home, settings.ownerDir, 'state'), inGuard: join(owner, 'state') },
      ...(runtimeName === 'runc' &&
        network !== 'none' &&
        !identity.rootless && { network: join(owner, 'net') }),
    };
  }

  async request(request: PodRequest): Promise<Buffer | undefined> {
    if (this.#removal !== undefined) throw new SandboxError('Closed', `pod ${this.id} was removed already`);
    this.#requests += 1;
    const name = `request-${this.#requests}`;
    const { settings, pipes } = this.#host;
    const owner = join(settings.at, settings.ownerDir);
    await this.#guard.ready;
    return requestFrom(
      {
        ...{ guard: this.#guard, pipes, name, dir: join(this.#dir, name) },
        relativeDir: join('pods', this.id, name),
        ...{ pipesInGuard: join(owner, 'pipes'), network: join(owner, 'net') },
      },
      request,
    );
  }

  remove(): Promise<void> {
    this.#removal ??= this.#remove();
    return this.#removal;
  }

  async #remove(): Promise<void> {
    await this.#guard.end();
    const { cgroups, identity, settings, runtimeName } = this.#host;
    for (const name of this.#names) {
      const id = `${this.id}.${name}`;
      if (runtimeName === 'runc') cgroups.remove(id);
      // A runtime that was killed leaves its notes.
      await removeTree(join(settings.home, settings.ownerDir, 'state', id), identity);
    }
    await removeTree(this.#dir, identity);
  }

  #admit(spec: ContainerSpec): void {
    if (this.#removal !== undefined) throw new SandboxError('Closed', `pod ${this.id} was removed already`);
    const fault = faultOf(spec, this.#names, this.#spec.containers);
    if (fault !== undefined) throw new SandboxError('InvalidSpec', `container ${spec.name}: ${fault}`);
  }

  #command(inGuard: string, id: string): string[] {
    const { settings, runtimeName } = this.#host;
    const state = join(settings.at, settings.ownerDir, 'state');
    const files = ['--pid-file', join(inGuard, 'pid'), '--bundle', inGuard];
    const common = [settings.runtime, '--root', state, '--log', join(inGuard, 'log')];
    return runtimeName === 'crun'
      ? [...common, '--cgroup-manager=disabled', 'run', ...files, id]
      : [...common, 'run', '--keep', ...files, id];
  }

  #config(spec: ContainerSpec, id: string, pids: number) {
    const { identity, settings, cgroups, runtimeName } = this.#host;
    const user = resolveUser(spec.image.layers, spec.user, spec.supplementalGroups);
    const capabilities = resolveCapabilities(spec.capabilities);
    const isolated = spec.network === 'none';
    const owner = join(settings.at, settings.ownerDir);
    const { mounts, pins } = this.#mounts(spec);
    const config = createSpec({
      args: spec.args,
      env: { PATH: defaultPath, HOME: user.home, HOSTNAME: this.#spec.hostname, ...spec.env },
      cwd: spec.workingDir === '' ? '/' : spec.workingDir,
      user,
      capabilities,
      rootPath: join(owner, 'pods', this.id, spec.name, 'rootfs'),
      readOnlyRoot: spec.readOnlyRootFilesystem,
      hostname: this.#spec.hostname,
      ...(isolated ? {} : { networkPath: join(owner, 'net'), sysfsPath: join(owner, 'sys') }),
      mounts,
      ...(identity.rootless ? {} : { idMapping: { ...identity.root, size: identity.size } }),
      ttyGroup: identity.size > 5,
      seccomp: this.#filter(capabilities, spec.nestedUserNamespaces ?? false),
      ...(runtimeName === 'runc' && !identity.rootless
        ? { cgroup: { path: cgroups.path(id), limits: spec.limits, pids } }
        : {}),
    });
    return { config, pins };
  }

  #mounts(spec: ContainerSpec) {
    const { settings, hostMounts } = this.#host;
    const place = (real: string): string =>
      contains(settings.home, real) ? join(settings.at, relative(settings.home, real)) : real;
    const pinned = join(settings.at, settings.ownerDir, 'pods', this.id, spec.name, 'mounts');
    return resolveMounts(spec.mounts, { home: settings.home, hostMounts }, place, pinned);
  }

  #filter(capabilities: string[], nestedUserNamespaces: boolean): OciSeccomp {
    const key = `${nestedUserNamespaces} ${capabilities.join()}`;
    const { filters, profile } = this.#host;
    let filter = filters.get(key);
    if (filter === undefined) {
      filter = resolveSeccomp(profile, { capabilities, nestedUserNamespaces });
      filters.set(key, filter);
    }
    return filter;
  }
}

/** Something of the right kind for each source to be bound to. */
function makePlaces(directory: string, pins: readonly PinnedSource[]): void {
  mkdirSync(directory, { mode: 0o711 });
  for (const { kind, at } of pins) {
    const path = join(directory, basename(at));
    if (kind === 'directory') mkdirSync(path);
    else writeFileSync(path, '');
  }
}

function faultOf(spec: ContainerSpec, names: Set<string>, most: number): string | undefined {
  if (!/^[a-z0-9][a-z0-9.-]{0,127}$/.test(spec.name)) return 'its name is not well formed';
  if (names.has(spec.name)) return 'its name is taken in the pod';
  if (names.size >= most) return `the pod was made for ${most} containers`;
  if (spec.args.length === 0) return 'no command, and the image names none';
  if (spec.workingDir !== '' && !spec.workingDir.startsWith('/'))
    return 'the working directory is not absolute';
  for (const [what, value] of Object.entries(spec.limits)) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      return `limit ${what} must be a positive whole number`;
    }
  }
  const strings = [...spec.args, ...Object.keys(spec.env), ...Object.values(spec.env), spec.workingDir];
  if (strings.some((text) => text.includes('\0')))
    return 'arguments and environment may not hold a zero byte';
  if (Object.keys(spec.env).some((name) => name === '' || name.includes('='))) {
    return 'an environment name is not well formed';
  }
  return undefined;
}
