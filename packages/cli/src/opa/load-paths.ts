import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, matchesGlob } from 'node:path';
import { parseDocument, RegoObject } from '@assay/rego';
import { type Bundle, type BundleManifest, loadBundle } from './bundle.ts';
import { mergeAt } from './merge-documents.ts';
import { OpaFailure } from './opa-error.ts';

/** Policies and data as they were found. */
export interface LoadedPaths {
  /** Sources by path. */
  modules: Record<string, string>;
  /** Of modules whose bundle says which version of Rego they are in. */
  versions: Record<string, number>;
  data: RegoObject;
  /** Data files by the path below `data` at which they were put. */
  documents: { file: string; path: string[] }[];
  bundles: { path: string; manifest: BundleManifest }[];
}

export interface LoadOptions {
  /** Patterns of file and directory names that are passed over. */
  ignore?: readonly string[];
  /** Pass over data. */
  onlyPolicies?: boolean;
}

/**
 * Loads files and directories as `opa --data` does: every `.rego` is a module; every `.json`, `.yaml` and `.yml` is merged into the
 * data, below the names of the directories between the path given and the file. `a.b:path` puts data below `a.b`.
 */
export async function loadPaths(paths: readonly string[], options: LoadOptions = {}): Promise<LoadedPaths> {
  const loaded = nothing();
  for (const given of paths) {
    const { prefix, path } = splitPrefix(given);
    if (path.endsWith('.tar.gz') || path.endsWith('.tgz')) await addBundle(loaded, path, options);
    else addPath(loaded, path, prefix, options, 0);
  }
  return loaded;
}

/** Loads bundles: directories or compressed archives with data in `data.json` and `data.yaml` only. */
export async function loadBundles(paths: readonly string[], options: LoadOptions = {}): Promise<LoadedPaths> {
  const loaded = nothing();
  for (const path of paths) await addBundle(loaded, splitPrefix(path).path, options);
  return loaded;
}

/** Puts what was loaded as data and as bundles together. */
export function mergeLoaded(one: LoadedPaths, other: LoadedPaths): LoadedPaths {
  return {
    modules: { ...one.modules, ...other.modules },
    versions: { ...one.versions, ...other.versions },
    data: mergeAt(one.data, [], other.data, 'bundle'),
    documents: [...one.documents, ...other.documents],
    bundles: [...one.bundles, ...other.bundles],
  };
}

function nothing(): LoadedPaths {
  return { modules: {}, versions: {}, data: new RegoObject(), documents: [], bundles: [] };
}

/** The text of a file that the user named. */
export function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new OpaFailure(`open ${path}: ${reasonOf(error)}`, undefined, { cause: error });
  }
}

/** `a.b:path` and `file:///path`. */
function splitPrefix(given: string): { prefix: string[]; path: string } {
  if (given.startsWith('file://')) return { prefix: [], path: decodeURIComponent(given.slice(7)) };
  const colon = given.indexOf(':');
  if (colon <= 0) return { prefix: [], path: given };
  const names = given.slice(0, colon).split('.');
  return {
    prefix: names[0] === 'data' ? names.slice(1) : names,
    path: given.slice(colon + 1).replace(/^file:\/\//, ''),
  };
}

function addPath(
  loaded: LoadedPaths,
  path: string,
  at: readonly string[],
  options: LoadOptions,
  depth: number,
): void {
  let directory: boolean;
  try {
    directory = statSync(path).isDirectory();
  } catch (error) {
    throw fileError(path, error);
  }
  if (depth > 0 && isIgnored(path, options)) return;
  if (!directory) {
    addFile(loaded, path, at, options, depth === 0);
    return;
  }
  const below = depth === 0 ? at : [...at, basename(path)];
  for (const name of readdirSync(path).sort()) addPath(loaded, join(path, name), below, options, depth + 1);
}

function addFile(
  loaded: LoadedPaths,
  path: string,
  at: readonly string[],
  options: LoadOptions,
  named: boolean,
): void {
  if (path.endsWith('.rego')) {
    loaded.modules[path] = readText(path);
  } else if (/\.(json|ya?ml)$/.test(path)) {
    if (options.onlyPolicies) return;
    loaded.data = mergeAt(loaded.data, at, parseDocument(readText(path), path), path);
    loaded.documents.push({ file: path, path: [...at] });
  } else if (named) {
    throw new OpaFailure(`1 error occurred during loading: ${path}: unrecognized file`);
  }
}

async function addBundle(loaded: LoadedPaths, path: string, options: LoadOptions): Promise<void> {
  let bundle: Bundle;
  try {
    bundle = await loadBundle(path, (name) => isIgnored(name, options));
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error) throw fileError(path, error);
    throw error;
  }
  for (const other of loaded.bundles) {
    const overlap = other.manifest.roots.some((root) =>
      bundle.manifest.roots.some((own) => within(own, root) || within(root, own)),
    );
    if (overlap) {
      throw new OpaFailure(`detected overlapping roots in bundle manifest with: [${other.path} ${path}]`);
    }
  }
  Object.assign(loaded.modules, bundle.modules);
  Object.assign(loaded.versions, bundle.versions);
  loaded.data = mergeAt(loaded.data, [], bundle.data, path);
  loaded.documents.push(...bundle.documents);
  loaded.bundles.push({ path, manifest: bundle.manifest });
}

/** Whether one root lies below another. */
function within(path: string, root: string): boolean {
  return root === '' || path === root || path.startsWith(`${root}/`);
}

function isIgnored(path: string, { ignore = [] }: LoadOptions): boolean {
  const name = basename(path);
  return ignore.some((pattern) => matchesGlob(name, pattern) || matchesGlob(path, pattern));
}

function fileError(path: string, error: unknown): OpaFailure {
  const message = `1 error occurred during loading: stat ${path}: ${reasonOf(error)}`;
  return new OpaFailure(message, undefined, { cause: error });
}

/** Why a file cannot be read, in the words of the operating system. */
function reasonOf(error: unknown): string {
  const reasons: Record<string, string> = {
    ENOENT: 'no such file or directory',
    EACCES: 'permission denied',
    EISDIR: 'is a directory',
  };
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
  return reason ?? (error instanceof Error ? error.message : String(error));
}
