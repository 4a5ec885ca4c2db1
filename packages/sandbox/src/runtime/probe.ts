import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { SandboxError } from '../error.ts';
import { findProgram } from '../host/tools.ts';
import type { ContainerExit, ContainerSpec } from '../pod.ts';
import { type Identity, makeOwned } from '../rootfs/layout.ts';

export type RuntimeName = 'crun' | 'runc';

export interface RuntimeChoice {
  name: RuntimeName;
  path: string;
  version: string;
  reason: string;
}

/** How the probe runs its one container: as every other container is run, with this runtime. */
export type ProbeRun = (
  runtime: { name: RuntimeName; path: string },
  container: ContainerSpec,
  hostMounts: string[],
) => Promise<ContainerExit>;

/**
 * Picks the runtime that can really start a container here, crun first, by running the host's own `true` in one. The
 * outcome is kept in the sandbox's directory until a runtime, the kernel or `key` changes.
 *
 * @throws SandboxError `RuntimeUnavailable` with what each runtime said
 */
export async function chooseRuntime(
  home: string,
  wanted: 'auto' | RuntimeName,
  identity: Identity,
  key: string,
  run: ProbeRun,
): Promise<RuntimeChoice> {
  const candidates: RuntimeName[] = wanted === 'auto' ? ['crun', 'runc'] : [wanted];
  const found = candidates.map((name) => ({ name, path: findProgram(name) }));
  const cachePath = join(home, `runtime-${wanted}.json`);
  const fingerprint = JSON.stringify([key, release(), found.map(({ path }) => [path, path && mtime(path)])]);
  const cached = readCache(cachePath, fingerprint);
  if (cached !== undefined) return cached;
  const tried: string[] = [];
  for (const { name, path } of found) {
    if (path === undefined) {
      tried.push(`${name} is not installed`);
      continue;
    }
    const fault = await probe(home, { name, path }, identity, run);
    if (fault !== undefined) {
      tried.push(`${name} failed: ${fault}`);
      continue;
    }
    const version = versionOf(path);
    const reason = `${name} ${version} started a container${tried.length > 0 ? `; before it, ${tried.join('; ')}` : ''}`;
    const choice: RuntimeChoice = { name, path, version, reason };
    writeFileSync(cachePath, JSON.stringify({ fingerprint, choice }));
    return choice;
  }
  throw new SandboxError('RuntimeUnavailable', `no container runtime works here: ${tried.join('; ')}`, {
    hint: 'apt-get install crun (or runc), and run as root or allow user namespaces',
  });
}

async function probe(
  home: string,
  runtime: { name: RuntimeName; path: string },
  identity: Identity,
  run: ProbeRun,
): Promise<string | undefined> {
  try {
    const { layer, hostMounts } = hostRootfs(home, identity);
    const exit = await run(
      runtime,
      {
        name: 'probe',
        image: {
          reference: 'probe',
          imageId: 'probe',
          layers: [layer],
          config: { entrypoint: [], cmd: [], env: {}, workingDir: '/', user: '' },
        },
        args: ['/bin/true'],
        env: {},
        workingDir: '/',
        user: '',
        mounts: hostMounts.map((source) => ({ source, destination: source, readOnly: true })),
        readOnlyRootFilesystem: false,
        limits: {},
      },
      hostMounts,
    );
    return exit.exitCode === 0 ? undefined : `/bin/true ended with ${exit.exitCode}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A layer in which the host's programs run when its directories are mounted in: links as the host has them. */
function hostRootfs(home: string, identity: Identity): { layer: string; hostMounts: string[] } {
  const layer = join(home, 'probe');
  makeOwned(layer, identity, 0o755);
  const hostMounts: string[] = [];
  for (const name of ['usr', 'bin', 'lib', 'lib64', 'nix', 'gnu']) {
    const kind = lstatSync(join('/', name), { throwIfNoEntry: false });
    if (kind === undefined) continue;
    if (kind.isSymbolicLink()) {
      const target = readlinkSync(join('/', name));
      if (lstatSync(join(layer, name), { throwIfNoEntry: false }) === undefined) {
        symlinkSync(target, join(layer, name));
      }
    } else {
      mkdirSync(join(layer, name), { recursive: true });
      hostMounts.push(join('/', name));
    }
  }
  return { layer, hostMounts };
}

function versionOf(path: string): string {
  const words = execFileSync(path, ['--version'], { encoding: 'utf8' });
  return /version (\S+)/.exec(words)?.[1] ?? 'unknown';
}

function mtime(path: string): number {
  return statSync(path).mtimeMs;
}

function readCache(path: string, fingerprint: string): RuntimeChoice | undefined {
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as { fingerprint: string; choice: RuntimeChoice };
    return kept.fingerprint === fingerprint ? kept.choice : undefined;
  } catch {
    return undefined;
  }
}
