import { isDeepStrictEqual } from 'node:util';
import { KubeError } from '../error.ts';

type Container = Record<string, unknown> | unknown[];

function invalid(message: string): KubeError {
  return new KubeError('Invalid', `the JSON patch cannot be applied: ${message}`);
}

function parsePointer(pointer: unknown): string[] {
  if (pointer === '') return [];
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) {
    throw new KubeError('BadRequest', `not a JSON pointer: ${JSON.stringify(pointer)}`);
  }
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function arrayIndex(list: unknown[], key: string, appendable: boolean, pointer: string): number {
  if (key === '-' && appendable) return list.length;
  const index = /^(0|[1-9]\d{0,8})$/.test(key) ? Number(key) : -1;
  if (index < 0 || index > (appendable ? list.length : list.length - 1)) {
    throw invalid(`${pointer} does not exist`);
  }
  return index;
}

function child(container: unknown, key: string, pointer: string): unknown {
  if (Array.isArray(container)) return container[arrayIndex(container, key, false, pointer)];
  if (typeof container === 'object' && container !== null && Object.hasOwn(container, key)) {
    return (container as Record<string, unknown>)[key];
  }
  throw invalid(`${pointer} does not exist`);
}

/** The document in a box, so that the root is replaced like any other place. */
class Document {
  readonly #box: { root: unknown };

  constructor(root: unknown) {
    this.#box = { root };
  }

  get root(): unknown {
    return this.#box.root;
  }

  read(pointer: string): unknown {
    return parsePointer(pointer).reduce<unknown>((value, key) => child(value, key, pointer), this.#box.root);
  }

  #locate(pointer: string): { parent: Container; key: string } {
    const path = ['root', ...parsePointer(pointer)];
    const key = path.pop() ?? '';
    const parent = path.reduce<unknown>((value, part) => child(value, part, pointer), this.#box);
    if (typeof parent !== 'object' || parent === null) throw invalid(`${pointer} does not exist`);
    return { parent: parent as Container, key };
  }

  add(pointer: string, value: unknown): void {
    const { parent, key } = this.#locate(pointer);
    if (Array.isArray(parent)) parent.splice(arrayIndex(parent, key, true, pointer), 0, value);
    else Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
  }

  remove(pointer: string): unknown {
    const { parent, key } = this.#locate(pointer);
    const value = child(parent, key, pointer);
    if (Array.isArray(parent)) parent.splice(arrayIndex(parent, key, false, pointer), 1);
    else delete parent[key];
    return value;
  }

  replace(pointer: string, value: unknown): void {
    const { parent, key } = this.#locate(pointer);
    child(parent, key, pointer);
    if (Array.isArray(parent)) parent[arrayIndex(parent, key, false, pointer)] = value;
    else Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
  }
}

/**
 * Applies a JSON patch (RFC 6902) to a copy of `target`. The patch is the requester's: throws `BadRequest` when
 * it is malformed and `Invalid` when a path does not exist or a `test` does not hold.
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw new KubeError('BadRequest', 'a JSON patch is a list of operations');
  if (patch.length > 10_000) throw new KubeError('BadRequest', 'a JSON patch has at most 10000 operations');
  const document = new Document(structuredClone(target));
  for (const operation of patch) {
    const { op, path, from } = (operation ?? {}) as Record<string, unknown>;
    const pointer = typeof path === 'string' ? path : '?';
    const value = structuredClone((operation as { value?: unknown } | null)?.value);
    switch (op) {
      case 'add':
        document.add(pointer, value);
        break;
      case 'remove':
        document.remove(pointer);
        break;
      case 'replace':
        document.replace(pointer, value);
        break;
      case 'move':
        document.add(pointer, document.remove(String(from)));
        break;
      case 'copy':
        document.add(pointer, structuredClone(document.read(String(from))));
        break;
      case 'test':
        if (!isDeepStrictEqual(document.read(pointer), value))
          throw invalid(`the test of ${pointer} does not hold`);
        break;
      default:
        throw new KubeError('BadRequest', `unknown JSON patch operation: ${JSON.stringify(op)}`);
    }
  }
  return document.root;
}
