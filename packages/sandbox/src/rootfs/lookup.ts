import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';

const maxLinks = 40;
const maxBytes = 4_000_000;

/**
 * Reads a small file of an image as a container would see it: the topmost layer that has it wins, whiteouts hide,
 * and links are followed inside the image only. What layers hold is under the image author's control.
 *
 * @param layers topmost first; absolute
 * @returns undefined when there is no such regular file
 */
export function readImageFile(layers: string[], path: string): string | undefined {
  let pending = path.split('/').filter(Boolean);
  let at: string[] = [];
  let links = 0;
  while (pending.length > 0) {
    const [name = '', ...rest] = pending;
    pending = rest;
    if (name === '.') continue;
    if (name === '..') {
      at = at.slice(0, -1);
      continue;
    }
    const found = topmost(layers, [...at, name]);
    if (found === undefined) return undefined;
    const kind = lstatSync(found);
    if (kind.isSymbolicLink()) {
      links += 1;
      if (links > maxLinks) return undefined;
      const target = readlinkSync(found);
      if (target.startsWith('/')) at = [];
      pending = [...target.split('/').filter(Boolean), ...pending];
    } else if (kind.isDirectory()) {
      at = [...at, name];
    } else {
      const readable = kind.isFile() && pending.length === 0 && kind.size <= maxBytes;
      return readable ? readFileSync(found, 'utf8') : undefined;
    }
  }
  return undefined;
}

/** Whether a directory of an image's root is a plain one, or absent: not a link or file. */
export function isPlainDirectory(layers: string[], name: string): boolean {
  const found = topmost(layers, [name]);
  return found === undefined || lstatSync(found).isDirectory();
}

/** What stands at a path of an image, no part of which may be a link: a directory's status, nothing, or something else. */
export function findDirectory(layers: string[], parts: string[]): Stats | 'other' | undefined {
  for (const depth of parts.keys()) {
    const found = topmost(layers, parts.slice(0, depth + 1));
    if (found === undefined) return undefined;
    const status = lstatSync(found);
    if (!status.isDirectory()) return 'other';
    if (depth === parts.length - 1) return status;
  }
  return undefined;
}

/** Where the overlay would find a path none of whose parents is a link, or undefined when it is hidden or absent. */
function topmost(layers: string[], parts: string[]): string | undefined {
  for (const layer of layers) {
    let path = layer;
    let hidden = false;
    for (const [index, part] of parts.entries()) {
      path = join(path, part);
      const kind = lstatSync(path, { throwIfNoEntry: false });
      if (kind === undefined) break;
      const last = index === parts.length - 1;
      if (kind.isCharacterDevice() || (!last && !kind.isDirectory())) {
        hidden = true;
        break;
      }
      if (last) return path;
    }
    if (hidden) return undefined;
  }
  return undefined;
}
