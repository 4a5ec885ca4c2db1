import { equal } from '../../values/compare.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { RegoArray, Value } from '../../values/value.ts';
import { parsePath } from './paths.ts';

/**
 * The value after the operations of a JSON patch (RFC 6902), or undefined when one of them cannot be done. Beyond the RFC a path may
 * be an array of keys of any type, and a set's member is the key it stands under.
 */
export function patch(value: Value, operations: RegoArray): Value | undefined {
  let result: Value | undefined = value;
  for (const operation of operations) {
    if (!(operation instanceof RegoObject)) return undefined;
    result = apply(result, operation);
    if (result === undefined) return undefined;
  }
  return result;
}

function apply(value: Value, operation: RegoObject): Value | undefined {
  const path = pathOf(operation, 'path');
  if (!path) return undefined;
  const operand = operation.get('value');
  switch (operation.get('op')) {
    case 'add':
      return operand === undefined ? undefined : insertAt(value, path, operand);
    case 'remove':
      return deleteAt(value, path);
    case 'replace': {
      if (operand === undefined) return undefined;
      if (path.length === 0) return operand;
      const without = deleteAt(value, path);
      return without === undefined ? undefined : insertAt(without, path, operand);
    }
    case 'move': {
      const from = pathOf(operation, 'from');
      const part = from && get(value, from);
      if (!from || part === undefined) return undefined;
      if (from.length === 0) return path.length === 0 ? part : undefined;
      const without = deleteAt(value, from);
      return without === undefined ? undefined : insertAt(without, path, part);
    }
    case 'copy': {
      const from = pathOf(operation, 'from');
      const part = from && get(value, from);
      return part === undefined ? undefined : insertAt(value, path, part);
    }
    case 'test': {
      const part = get(value, path);
      return part !== undefined && operand !== undefined && equal(part, operand) ? value : undefined;
    }
    default:
      return undefined;
  }
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

/** The whole with the part at the path changed: `change` gets the container and the last key. */
function changed(
  value: Value,
  path: readonly Value[],
  change: (container: Value, key: Value) => Value | undefined,
): Value | undefined {
  const containers: Value[] = [];
  let container: Value | undefined = value;
  for (const key of path.slice(0, -1)) {
    containers.push(container);
    container = child(container, key);
    if (container === undefined) return undefined;
  }
  let result = change(container, path[path.length - 1]!);
  for (let i = containers.length - 1; i >= 0 && result !== undefined; i -= 1) {
    result = withChild(containers[i]!, path[i]!, result);
  }
  return result;
}

function withChild(container: Value, key: Value, part: Value): Value {
  if (container instanceof RegoObject) return withEntry(container, key, part);
  if (container instanceof RegoSet) {
    const result = withoutMember(container, key);
    result.add(part);
    return result;
  }
  return (container as RegoArray).with(indexOf(key, (container as RegoArray).length)!, part);
}

function insertAt(value: Value, path: readonly Value[], part: Value): Value | undefined {
  if (path.length === 0) return part;
  return changed(value, path, (container, key) => {
    if (container instanceof RegoObject) return withEntry(container, key, part);
    if (container instanceof RegoSet) return equal(key, part) ? withMember(container, part) : undefined;
    if (!Array.isArray(container)) return undefined;
    const index = indexOf(key, container.length);
    return index === undefined || index > container.length ? undefined : container.toSpliced(index, 0, part);
  });
}

function deleteAt(value: Value, path: readonly Value[]): Value | undefined {
  if (path.length === 0) return undefined;
  return changed(value, path, (container, key) => {
    if (child(container, key) === undefined) return undefined;
    if (container instanceof RegoObject) {
      const result = new RegoObject();
      container.forEach((part, name) => {
        if (!equal(name, key)) result.add(name, part);
      });
      return result;
    }
    if (container instanceof RegoSet) return withoutMember(container, key);
    const items = container as RegoArray;
    return items.toSpliced(indexOf(key, items.length)!, 1);
  });
}

function withEntry(object: RegoObject, key: Value, value: Value): RegoObject {
  const result = new RegoObject();
  object.forEach((part, name) => {
    result.add(name, part);
  });
  result.add(key, value);
  return result;
}

function withMember(set: RegoSet, member: Value): RegoSet {
  const result = RegoSet.of(set.values());
  result.add(member);
  return result;
}

function withoutMember(set: RegoSet, member: Value): RegoSet {
  const result = new RegoSet();
  set.forEach((other) => {
    if (!equal(other, member)) result.add(other);
  });
  return result;
}
