import type { DeferredContent, LayerEntry } from '@assay/oci';
import { LibraryError } from '../error.ts';
import type { ContentSpool } from './content-spool.ts';
import { mergedDirectories, readPackage } from './read-package.ts';
import type { PackagesLayer } from './recipe.ts';
import type { ResolvedPackage } from './resolve-packages.ts';

const certificateDirectory = '/usr/share/ca-certificates/';

/**
 * Merges packages into the entries of one layer, and adds what their maintainer scripts would have made, as the
 * recipe lists it.
 *
 * @throws LibraryError `PackageInvalid` when two packages bring the same file, or one cannot be read.
 */
export async function mergePackages(
  recipe: PackagesLayer,
  packages: ResolvedPackage[],
  spool: ContentSpool,
  onPackage: (resolved: ResolvedPackage) => void,
): Promise<LayerEntry[]> {
  const entries = new Map<string, LayerEntry>();
  const certificates = new Map<string, DeferredContent>();
  const dropped = matcher(recipe.drop);
  const kept = recipe.keep === undefined ? () => true : matcher(recipe.keep);
  const collects = (path: string) =>
    recipe.certificateBundle !== undefined && path.startsWith(certificateDirectory) && path.endsWith('.crt');
  for (const resolved of packages) {
    onPackage(resolved);
    const wanted = (path: string) => collects(path) || (kept(path) && !dropped(path));
    for await (const entry of readPackage(resolved, spool, wanted)) {
      const path = `/${entry.name}`;
      if (entry.type === 'file' && collects(path)) {
        certificates.set(path, entry.content as DeferredContent);
        continue;
      }
      addEntry(entries, entry, resolved);
    }
  }
  await addSystemFiles(entries, recipe, certificates);
  addParents(entries);
  return [...entries.values()];
}

/** A path matches a text that is itself or a directory above it, and a pattern that fits. */
function matcher(rules: (string | RegExp)[]): (path: string) => boolean {
  const names = new Set(rules.filter((rule) => typeof rule === 'string'));
  const patterns = rules.filter((rule) => rule instanceof RegExp);
  return (path) => {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (names.has(path.slice(0, end))) return true;
    }
    return patterns.some((pattern) => pattern.test(path));
  };
}

function addEntry(entries: Map<string, LayerEntry>, entry: LayerEntry, resolved: ResolvedPackage): void {
  const present = entries.get(entry.name);
  if (present === undefined) {
    entries.set(entry.name, entry);
  } else if (present.type !== 'directory' || entry.type !== 'directory') {
    throw new LibraryError(
      'PackageInvalid',
      `${resolved.name} brings /${entry.name}, which is there already`,
    );
  }
}

async function addSystemFiles(
  entries: Map<string, LayerEntry>,
  recipe: PackagesLayer,
  certificates: Map<string, DeferredContent>,
): Promise<void> {
  const set = (entry: LayerEntry) => {
    const name = entry.name.replace(/^\//, '');
    entries.set(name, { ...entry, name });
  };
  const link = (name: string, target: string) => set({ type: 'symlink', name, mode: 0o777, target });
  for (const name of recipe.onTopOf === undefined ? mergedDirectories : []) {
    if (entries.has(`usr/${name}`)) link(name, `usr/${name}`);
  }
  for (const [name, options] of Object.entries(recipe.directories)) {
    set({ type: 'directory', name, ...options });
  }
  for (const [name, text] of Object.entries(recipe.files)) {
    set({ type: 'file', name, mode: 0o644, content: Buffer.from(text) });
  }
  for (const [name, target] of Object.entries(recipe.links)) link(name, target);
  const taken = new Set([...entries.keys()].filter((name) => /^usr\/s?bin\//.test(name)).map(baseName));
  for (const [name, target] of Object.entries(recipe.fallbackLinks ?? {})) {
    if (!taken.has(baseName(name))) link(name, target);
  }
  if (recipe.certificateBundle !== undefined) {
    const content = await concatenate(certificates);
    set({ type: 'file', name: recipe.certificateBundle, mode: 0o644, content });
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

async function concatenate(contents: Map<string, DeferredContent>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (const name of [...contents.keys()].sort()) {
    for await (const chunk of contents.get(name)!.read()) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function addParents(entries: Map<string, LayerEntry>): void {
  for (const name of [...entries.keys()]) {
    for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
      const parent = name.slice(0, slash);
      if (!entries.has(parent)) entries.set(parent, { type: 'directory', name: parent, mode: 0o755 });
    }
  }
}
