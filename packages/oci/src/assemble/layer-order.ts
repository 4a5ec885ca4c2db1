import { OciError } from '../error.ts';
import type { LayerEntry } from './layer-entry.ts';

/**
 * Brings entries into the one order a layer is written in: by the bytes of their name, every parent before its
 * children. Among hard links to the same file the first name carries the content, whichever did in the input.
 *
 * @throws OciError `LayerInvalid` for a name that is empty, leaves the root, or occurs twice, and for a hard link
 * without its target.
 */
export function orderEntries(entries: Iterable<LayerEntry>): LayerEntry[] {
  const byName = new Map<string, LayerEntry>();
  for (const entry of entries) {
    const name = normalizeEntryName(entry.name);
    if (byName.has(name)) throw new OciError('LayerInvalid', `the layer has two entries named ${name}`);
    byName.set(name, { ...entry, name });
  }
  settleHardLinks(byName);
  return [...byName.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

/** `./usr/bin/` and `/usr/bin` are both `usr/bin`. */
export function normalizeEntryName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..') || name.includes('\0')) {
    throw new OciError('LayerInvalid', `"${name}" is not a name for a file in a layer`, {
      hint: 'names are paths below the root, without ".."',
    });
  }
  return parts.join('/');
}

function settleHardLinks(byName: Map<string, LayerEntry>): void {
  const groups = new Map<string, string[]>();
  for (const entry of byName.values()) {
    if (entry.type !== 'hardlink') continue;
    const target = followHardLinks(byName, entry.name);
    groups.set(target, [...(groups.get(target) ?? [target]), entry.name]);
  }
  for (const [owner, names] of groups) {
    const file = byName.get(owner)!;
    const [first, ...rest] = names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    byName.set(first!, { ...file, name: first! });
    for (const name of rest) {
      byName.set(name, {
        type: 'hardlink',
        name,
        mode: file.mode,
        uid: file.uid,
        gid: file.gid,
        target: first!,
      });
    }
  }
}

function followHardLinks(byName: Map<string, LayerEntry>, start: string): string {
  const seen = new Set<string>();
  let entry = byName.get(start)!;
  while (entry.type === 'hardlink' && !seen.has(entry.name)) {
    seen.add(entry.name);
    const next = byName.get(normalizeEntryName(entry.target));
    if (next === undefined) break;
    entry = next;
  }
  if (entry.type === 'file') return entry.name;
  throw new OciError('LayerInvalid', `hard link ${start} has no file of the same layer as its target`);
}
