import { equal } from '../../values/compare.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { RegoArray, Value } from '../../values/value.ts';
import type { BuiltinContext } from '../builtin.ts';
import { parsePath } from './paths.ts';

/**
 * The value after the operations of a JSON patch (RFC 6902), or undefined when one of them cannot be done. Beyond the RFC a path may
 * be an array of keys of any type, and a set's member is the key it stands under. Each container on the way is copied once,
 * however many operations change it.
 */
export function patch(value: Value, operations: RegoArray, context: BuiltinContext): Value | undefined {
  const patching = new Patching(value, context);
  for (const operation of operations)
    if (!(operation instanceof RegoObject) || !patching.apply(operation)) return undefined;
  return patching.result;
}

/** What can be changed at the end of a path: given the container, which is this patch's own, and the last key. */
type Change = (container: Value, key: Value) => boolean;

class Patching {
  result: Value;
  /** Containers made here that lie in one place of the result only: these are changed, all others copied. */
  readonly #own = new Set<Value>();
  readonly #context: BuiltinContext;

  constructor(value: Value, context: BuiltinContext) {
    this.result = value;
    this.#context = context;
  }

  /** Whether the operation could be done. After one that could not, the result is of no use. */
  apply(operation: RegoObject): boolean {
    const path = pathOf(operation, 'path');
    if (!path) return false;
    const operand = operation.get('value');
    switch (operation.get('op')) {
      case 'add':
        return operand !== undefined && this.#insert(path, operand);
      case 'remove':
        return this.#delete(path);
      case 'replace':
        if (operand === undefined) return false;
        return (path.length === 0 || this.#delete(path)) && this.#insert(path, operand);
      case 'move': {
        const from = pathOf(operation, 'from');
        const part = from && get(this.result, from);
        if (!from || part === undefined) return false;
        if (from.length === 0) return path.length === 0;
        return this.#delete(from) && this.#insert(path, part);
      }
      case 'copy': {
        const from = pathOf(operation, 'from');
        const part = from && get(this.result, from);
        // What lies in two places is nobody's own any more.
        this.#own.clear();
        return part !== undefined && this.#insert(path, part);
      }
      case 'test': {
        const part = get(this.result, path);
        return part !== undefined && operand !== undefined && equal(part, operand);
      }
      default:
        return false;
    }
  }

  #insert(path: readonly Value[], part: Value): boolean {
    if (path.length === 0) {
      this.result = part;
      return true;
    }
    return this.#change(path, (container, key) => {
      if (container instanceof RegoObject) container.add(key, part);
      else if (container instanceof RegoSet) {
        if (!equal(key, part)) return false;
        container.add(part);
      } else if (Array.isArray(container)) {
        const index = indexOf(key, container.length);
        if (index === undefined || index > container.length) return false;
        container.splice(index, 0, part);
      } else return false;
      return true;
    });
  }

  #delete(path: readonly Value[]): boolean {
    if (path.length === 0) return false;
    return this.#change(path, (container, key) => {
      if (child(container, key) === undefined) return false;
      if (container instanceof RegoObject || container instanceof RegoSet) container.delete(key);
      else (container as Value[]).splice(indexOf(key, (container as RegoArray).length)!, 1);
      return true;
    });
  }

  #change(path: readonly Value[], change: Change): boolean {
    const containers: Value[] = [this.#writable(this.result)];
    this.result = containers[0]!;
    for (const key of path.slice(0, -1)) {
      const container = containers[containers.length - 1]!;
      const part = child(container, key);
      if (part === undefined) return false;
      // A set finds its members by what they are now: it has to let go of one that is about to change.
      if (container instanceof RegoSet) container.delete(part);
      const own = this.#writable(part);
      if (container instanceof RegoObject) container.add(key, own);
      else if (Array.isArray(container)) container[indexOf(key, container.length)!] = own;
      containers.push(own);
    }
    if (!change(containers[containers.length - 1]!, path[path.length - 1]!)) return false;
    for (let i = containers.length - 2; i >= 0; i -= 1) {
      const container = containers[i]!;
      if (container instanceof RegoSet) container.add(containers[i + 1]!);
    }
    return true;
  }

  /** The value itself where it is this patch's own, else a copy which is. */
  #writable(value: Value): Value {
    if (typeof value !== 'object' || value === null) return value;
    if (this.#own.has(value)) {
      this.#context.spend(1);
      if (value instanceof RegoObject || value instanceof RegoSet) value.reopen();
      return value;
    }
    const copy = copyOf(value);
    this.#context.spend(1 + sizeOf(copy));
    this.#own.add(copy);
    return copy;
  }
}

function copyOf(value: Value): Value {
  if (value instanceof RegoObject) {
    const copy = new RegoObject();
    value.forEach((part, key) => {
      copy.add(key, part);
    });
    return copy;
  }
  if (value instanceof RegoSet) {
    const copy = new RegoSet();
    value.forEach((member) => {
      copy.add(member);
    });
    return copy;
  }
  return Array.isArray(value) ? [...value] : value;
}

function sizeOf(value: Value): number {
  if (value instanceof RegoObject || value instanceof RegoSet) return value.size;
  return Array.isArray(value) ? value.length : 0;
}

function pathOf(operation: RegoObject, name: string): readonly Value[] | undefined {
  const path = operation.get(name);
  return path === undefined ? undefined : parsePath(path);
}

function get(value: Value, path: readonly Value[]): Value | undefined {
  let current: Value | undefined = value;
  for (const key of path) {
    current = child(current, key);
    if (current === undefined) return undefined;
  }
  return current;
}

function child(value: Value, key: Value): Value | undefined {
  if (value instanceof RegoObject) return value.get(key);
  if (value instanceof RegoSet) return value.has(key) ? key : undefined;
  if (!Array.isArray(value)) return undefined;
  const index = indexOf(key, value.length);
  return index === undefined ? undefined : value[index];
}

/** An array's index: a whole number, its text without leading zeros, or `-` for the place behind the last item. */
function indexOf(key: Value, length: number): number | undefined {
  if (typeof key === 'number') return Number.isInteger(key) && key >= 0 ? key : undefined;
  if (key === '-') return length;
  return typeof key === 'string' && /^(?:0|[1-9][0-9]{0,14})$/.test(key) ? Number(key) : undefined;
}
