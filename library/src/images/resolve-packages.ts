import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LibraryError } from '../error.ts';
import { runProgram } from './run-program.ts';

/** One package of a closure, as apt's signed index describes it. */
export interface ResolvedPackage {
  name: string;
  version: string;
  architecture: string;
  /** Hex. */
  sha256: string;
  /** Where `downloadPackages` puts the file. */
  file: string;
}

const hostLists = '/var/lib/apt/lists';

/**
 * apt with its state in directories of our own: an empty dpkg status, so that the closure is that of an empty
 * machine, and the host's sources and keys, so that what it trusts is what the host trusts.
 */
export interface PrivateApt {
  resolve(install: string[]): Promise<ResolvedPackage[]>;
  /** Downloads what is missing; apt checks each file against the signed index. */
  download(install: string[]): Promise<void>;
}

/**
 * Opens apt below `directory`. The host's package lists are used when it has any, else lists are fetched once
 * into `directory`.
 *
 * @throws LibraryError `ToolMissing` without apt; `PackagesUnresolved` when lists cannot be fetched.
 */
export async function openPrivateApt(directory: string): Promise<PrivateApt> {
  const archives = join(directory, 'cache/archives');
  const status = join(directory, 'status');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await writeFile(status, '');
  const lists = (await hasLists(hostLists)) ? hostLists : join(directory, 'lists');
  const lock = join(directory, 'lock');
  const configuration = join(directory, 'apt.conf');
  await writeFile(configuration, aptConfiguration({ directory, status, lists }));
  const apt = (args: string[]) =>
    runProgram('flock', [lock, 'apt-get', `-c=${configuration}`, '-qq', '-y', ...args], {
      failure: 'PackagesUnresolved',
      hint: 'check that "apt-get update" works on this machine and that its sources are a current Debian',
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...proxies() },
    });
  if (!(await hasLists(lists))) {
    await mkdir(join(lists, 'partial'), { recursive: true });
    await apt(['update']);
  }

  const resolve = async (install: string[]): Promise<ResolvedPackage[]> => {
    const memo = join(directory, `closure-${await listsFingerprint(lists, install)}.json`);
    try {
      return JSON.parse(await readFile(memo, 'utf8')) as ResolvedPackage[];
    } catch {
      // An archives directory that is always empty: apt leaves out of its list what it has downloaded already.
      const nothing = join(directory, 'cache/nothing');
      await mkdir(join(nothing, 'partial'), { recursive: true });
      const uris = await apt([
        '-o',
        `Dir::Cache::archives=${nothing}`,
        '--print-uris',
        'install',
        ...install,
      ]);
      const packages = uris
        .trim()
        .split('\n')
        .map((line) => parseUriLine(line, archives))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      await writeFile(memo, JSON.stringify(packages));
      return packages;
    }
  };
  const download = async (install: string[]) => {
    await apt(['--download-only', 'install', ...install]);
  };
  return { resolve, download };
}

function aptConfiguration(paths: { directory: string; status: string; lists: string }): string {
  const settings: Record<string, string> = {
    'Dir::State': join(paths.directory, 'state'),
    'Dir::State::status': paths.status,
    'Dir::State::lists': paths.lists,
    'Dir::Cache': join(paths.directory, 'cache'),
    'Dir::Cache::pkgcache': 'pkgcache.bin',
    'Dir::Cache::srcpkgcache': 'srcpkgcache.bin',
    'APT::Install-Recommends': 'false',
    'APT::Keep-Downloaded-Packages': 'true',
    'APT::Sandbox::User': 'root',
    'Acquire::ForceHash': 'SHA256',
    'Acquire::Languages': 'none',
    'Debug::NoLocking': 'true',
  };
  // The host's hooks act on the host's own state, which this apt does not touch.
  const cleared = ['APT::Update', 'DPkg::Pre-Invoke', 'DPkg::Post-Invoke', 'DPkg::Pre-Install-Pkgs'];
  return [
    ...cleared.map((name) => `#clear ${name};`),
    ...Object.entries(settings).map(([name, value]) => `${name} "${value}";`),
    '',
  ].join('\n');
}

function proxies(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) => /^(https?|no)_proxy$/i.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name]!]));
}

async function hasLists(directory: string): Promise<boolean> {
  try {
    return (await readdir(directory)).some((name) => /_Packages(\.\w+)?$/.test(name));
  } catch {
    return false;
  }
}

/** Changes whenever an answer of apt could: with the lists, and with the question. */
async function listsFingerprint(lists: string, install: string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(install));
  for (const name of (await readdir(lists)).sort()) {
    if (!/_(InRelease|Release|Packages(\.\w+)?)$/.test(name)) continue;
    const { size, mtimeMs } = await stat(join(lists, name));
    hash.update(JSON.stringify([name, size, mtimeMs]));
  }
  return hash.digest('hex').slice(0, 32);
}

/** One line of `--print-uris`: `'uri' name_version_arch.deb size SHA256:hex`. */
function parseUriLine(line: string, archives: string): ResolvedPackage {
  const found = /^'[^']+' ([^ _]+)_([^ _]+)_([^ _]+)\.deb \d+ SHA256:([0-9a-f]{64})$/.exec(line);
  if (found === null) {
    throw new LibraryError('PackagesUnresolved', `apt describes a package without SHA-256: ${line}`);
  }
  const [, name, version, architecture, sha256] = found as unknown as [
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    name,
    version: decodeURIComponent(version),
    architecture,
    sha256,
    file: join(archives, `${name}_${version}_${architecture}.deb`),
  };
}
