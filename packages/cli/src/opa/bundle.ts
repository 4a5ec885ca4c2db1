import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, matchesGlob, posix, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseDocument, RegoObject, toJs, type Value } from '@assay/rego';
import { mergeAt } from './merge-documents.ts';
import { OpaFailure } from './opa-error.ts';

/** What a bundle says of itself in its `.manifest`. */
export interface BundleManifest {
  revision: string;
  /** Paths below `data`, with slashes, that the bundle owns; one empty root owns everything. */
  roots: string[];
  metadata?: Record<string, unknown>;
  regoVersion?: number;
  /** Of single files, by glob pattern. */
  fileVersions?: Record<string, number>;
}

export interface Bundle {
  manifest: BundleManifest;
  modules: Record<string, string>;
  /** The version of Rego of each module, where the manifest says it. */
  versions: Record<string, number>;
  data: RegoObject;
  documents: { file: string; path: string[] }[];
}

/** A decompressed bundle larger than this is refused. */
const largest = 1024 ** 3;

/** Loads a bundle, a directory or a compressed archive. The archive is not trusted: nothing of it is written anywhere. */
export async function loadBundle(path: string, ignored: (name: string) => boolean): Promise<Bundle> {
  const bundle: Bundle = {
    manifest: { revision: '', roots: [''] },
    modules: {},
    versions: {},
    data: new RegoObject(),
    documents: [],
  };
  for await (const [name, text] of bundleFiles(path)) {
    if (ignored(name)) continue;
    const file = posix.basename(name);
    if (file === '.manifest' && name === '.manifest') bundle.manifest = manifestOf(text(), path);
    else if (name.endsWith('.rego')) bundle.modules[join(path, name)] = text();
    else if (/^data\.(json|ya?ml)$/.test(file)) addData(bundle, path, name, text());
  }
  checkRoots(bundle, path);
  for (const file of Object.keys(bundle.modules)) {
    const version = versionOf(relative(path, file), bundle.manifest);
    if (version !== undefined) bundle.versions[file] = version;
  }
  return bundle;
}

async function* bundleFiles(path: string): AsyncGenerator<[name: string, text: () => string]> {
  if (statSync(path).isDirectory()) {
    yield* directoryFiles(path, '');
    return;
  }
  let archive: Uint8Array;
  try {
    const bytes = readFileSync(path);
    archive = bytes[0] === 0x1f ? gunzipSync(bytes, { maxOutputLength: largest }) : bytes;
  } catch (cause) {
    throw new OpaFailure(`bundle ${path}: ${(cause as Error).message}`, undefined, { cause });
  }
  const { extract } = await import('tar-stream');
  const entries = extract();
  entries.end(archive);
  try {
    for await (const entry of entries) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) chunks.push(chunk as Uint8Array);
      if (entry.header.type !== 'file') continue;
      const name = posix.normalize(`/${entry.header.name}`).slice(1);
      yield [name, () => Buffer.concat(chunks).toString('utf8')];
    }
  } catch (cause) {
    if (cause instanceof OpaFailure) throw cause;
    throw new OpaFailure(`bundle ${path}: ${(cause as Error).message}`, undefined, { cause });
  }
}

function* directoryFiles(root: string, below: string): Generator<[string, () => string]> {
  const entries = readdirSync(join(root, below), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = posix.join(below, entry.name);
    if (entry.isDirectory()) yield* directoryFiles(root, name);
    else if (entry.isFile() || entry.isSymbolicLink()) {
      yield [name, () => readFileSync(join(root, name), 'utf8')];
    }
  }
}

function addData(bundle: Bundle, path: string, name: string, text: string): void {
  const file = join(path, name);
  const at = posix.dirname(name) === '.' ? [] : posix.dirname(name).split('/');
  bundle.data = mergeAt(bundle.data, at, parseDocument(text, file), file);
  bundle.documents.push({ file, path: at });
}

function versionOf(name: string, { regoVersion, fileVersions = {} }: BundleManifest): number | undefined {
  const own = Object.entries(fileVersions).find(([pattern]) => matchesGlob(name, pattern.replace(/^\//, '')));
  return own?.[1] ?? regoVersion;
}

function manifestOf(text: string, path: string): BundleManifest {
  const value = toJs(parseDocument(text, `${path}/.manifest.json`)) as Record<string, unknown>;
  const { revision, roots, metadata, rego_version: version, file_rego_versions: versions } = value ?? {};
  return {
    revision: typeof revision === 'string' ? revision : '',
    roots: Array.isArray(roots) ? roots.map((root) => String(root).replace(/^\/|\/$/g, '')) : [''],
    ...(metadata !== undefined ? { metadata: metadata as Record<string, unknown> } : {}),
    ...(typeof version === 'number' ? { regoVersion: version } : {}),
    ...(versions !== undefined ? { fileVersions: versions as Record<string, number> } : {}),
  };
}

/** Data and policies must lie below the roots that the manifest names. */
function checkRoots({ manifest, data }: Bundle, path: string): void {
  const { roots } = manifest;
  if (roots.includes('')) return;
  const outside = (value: Value, at: string): string | undefined => {
    if (roots.some((root) => at === root || at.startsWith(`${root}/`))) return undefined;
    const leads = at === '' || roots.some((root) => root.startsWith(`${at}/`));
    if (!leads || !(value instanceof RegoObject)) return at;
    for (const [key, inner] of value.entries()) {
      const found = outside(inner, at === '' ? String(key) : `${at}/${String(key)}`);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = outside(data, '');
  if (found !== undefined) {
    throw new OpaFailure(
      `bundle ${path}: manifest roots [${roots.join(' ')}] do not permit data at path '/${found}' (hint: check bundle directory structure)`,
    );
  }
}
