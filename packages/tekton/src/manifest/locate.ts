import type { Document, LineCounter, Node, Pair } from 'yaml';
import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Place } from './place.ts';

/** One object's part of a YAML stream. */
export interface Source {
  document: Document;
  root: Node | null;
}

/** `spec.tasks[1].params[x].value` as its parts; what stands in brackets may be an index, a name or a map's key. */
export function parsePath(path: string): string[] {
  return Array.from(path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g), (match) => (match[1] ?? match[2]) as string);
}

interface Step {
  node: Node | null;
  /** Where to point for this step. */
  at: Node | null;
}

/**
 * The deepest place of an object that a path leads to. Names are matched with and without regard to case and plural,
 * and an element of a list by its index or its `name`, because Tekton's paths are not always the fields' own names.
 */
export function findNode(source: Source, path: readonly (string | number)[], atKey = false): Node | null {
  let node = source.root;
  let at = source.root;
  for (const [index, part] of path.entries()) {
    const next = step(resolve(node, source), String(part));
    if (next === undefined) break;
    node = next.node;
    const last = index === path.length - 1;
    at = !(last && atKey) && isScalar(next.node) ? next.node : (next.at ?? at);
  }
  return at;
}

function resolve(node: Node | null, { document }: Source): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

function step(node: Node | null, part: string): Step | undefined {
  if (isMap(node)) {
    const pair = findPair(node.items, part);
    if (pair === undefined) return undefined;
    return { node: isNode(pair.value) ? pair.value : null, at: isNode(pair.key) ? pair.key : null };
  }
  if (isSeq(node)) {
    const item = /^\d+$/.test(part)
      ? node.items[Number(part)]
      : node.items.find((candidate) => isMap(candidate) && candidate.get('name') === part);
    return isNode(item) ? { node: item, at: item } : undefined;
  }
  return undefined;
}

function findPair(items: Pair[], part: string): Pair | undefined {
  const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);
  return (
    items.find((pair) => keyOf(pair) === part) ??
    items.find((pair) => keyOf(pair).toLowerCase() === part.toLowerCase()) ??
    items.find((pair) => keyOf(pair).toLowerCase() === `${part.toLowerCase()}s`)
  );
}

/** Turns an offset into a place. */
export function placeAt(offset: number, counter: LineCounter, lines: readonly string[]): Place {
  const { line, col } = counter.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col), text: lines[line - 1] ?? '' };
}
