import type { Value } from '../../values/value.ts';
import type { LoweredTerm, ReferenceTerm } from '../intermediate.ts';
import type { Key } from '../keys.ts';
import {
  anything,
  arrayType,
  either,
  type ObjectType,
  objectType,
  select,
  stringType,
  type Type,
  typeOfValue,
  union,
  valuesOf,
} from './type.ts';

/** What is known of the documents below `data`: the types of rules, by their place. */
export class TypeNode {
  readonly children = new Map<Key, TypeNode>();
  type: Type | undefined;

  /** The type of the whole document here; base data may add to it. */
  extent(): Type {
    if (this.type) return this.type;
    const fixed = new Map<Value, Type | undefined>();
    for (const [key, child] of this.children) fixed.set(key, child.extent());
    return objectType(fixed, { key: stringType, value: anything });
  }

  /** Adds the type of a rule at a path: into objects on the way there, and over what lies below. */
  insert(path: readonly Key[], type: Type): void {
    let node: TypeNode = this;
    path.forEach((key, index) => {
      let child = node.children.get(key);
      if (!child) {
        child = new TypeNode();
        node.children.set(key, child);
      } else if (child.type?.kind === 'object' && index + 1 < path.length)
        child.type = within(child.type, path.slice(index + 1), type);
      node = child;
    });
    node.type = merged(node.type, type);
    if (type.kind !== 'object') return;
    for (const [below, leaf] of node.leaves())
      if (node.type.kind === 'object') node.type = within(node.type, below, leaf);
  }

  *leaves(prefix: readonly Key[] = []): Generator<[readonly Key[], Type]> {
    for (const [key, child] of this.children) {
      const path = [...prefix, key];
      if (child.type) yield [path, child.type];
      else yield* child.leaves(path);
    }
  }
}

function within(object: ObjectType, path: readonly Key[], type: Type): ObjectType {
  const [key, ...rest] = path;
  if (key === undefined) return object;
  const value = rest.length === 0 ? type : within(objectType(), rest, type);
  return objectType(object.fixed, {
    key: either(object.rest?.key, typeOfValue(key)),
    value: either(object.rest?.value, value),
  });
}

function merged(a: Type | undefined, b: Type): Type {
  if (!a) return b;
  if (
    a.kind === 'object' &&
    b.kind === 'object' &&
    a.fixed.size === 0 &&
    b.fixed.size === 0 &&
    a.rest &&
    b.rest
  )
    return objectType(undefined, {
      key: either(a.rest.key, b.rest.key),
      value:
        a.rest.value && b.rest.value ? merged(a.rest.value, b.rest.value) : (a.rest.value ?? b.rest.value),
    });
  if (a.kind === 'set' && b.kind === 'set') return { kind: 'set', of: either(a.of, b.of) };
  return either(a, b) as Type;
}

/** The types of the variables of a body, and of what lies around it. */
export class Environment {
  readonly data: TypeNode;
  readonly #outer: Environment | undefined;
  readonly #locals = new Map<string, Type>();
  /** How the type of a comprehension is found. */
  readonly comprehension: (term: LoweredTerm, environment: Environment) => Type | undefined;

  constructor(data: TypeNode, comprehension: Environment['comprehension'], outer?: Environment) {
    this.data = data;
    this.comprehension = comprehension;
    this.#outer = outer;
  }

  inner(): Environment {
    return new Environment(this.data, this.comprehension, this);
  }

  local(name: string): Type | undefined {
    return this.#locals.get(name) ?? this.#outer?.local(name);
  }

  put(name: string, type: Type | undefined): void {
    if (type) this.#locals.set(name, type);
  }

  /** The type of a term as far as it is known. */
  typeOf(term: LoweredTerm): Type | undefined {
    switch (term.kind) {
      case 'constant':
        return typeOfValue(term.value);
      case 'local':
        return this.local(term.name);
      case 'array':
        return arrayType(term.items.map((item) => this.typeOf(item)));
      case 'set':
        return { kind: 'set', of: union(term.items.map((item) => this.typeOf(item))) ?? anything };
      case 'object':
        return this.#objectType(term.entries);
      case 'comprehension':
        return this.comprehension(term, this);
      case 'reference':
        return this.typeOfReference(term);
    }
  }

  typeOfReference(reference: ReferenceTerm): Type | undefined {
    const { root, path } = reference;
    if (root === 'input') return anything;
    if (root === 'local') return selectAlong(this.local(reference.name), path, 0);
    let node = this.data;
    for (let i = 0; i < path.length; i += 1) {
      if (node.type) {
        const child = childAt(node, path[i] as LoweredTerm);
        if (!child) return selectAlong(node.type, path, i);
        node = child;
        continue;
      }
      const part = path[i] as LoweredTerm;
      if (part.kind !== 'constant') return selectAlong(node.extent(), path, i);
      const child = childAt(node, part);
      if (!child) return anything;
      node = child;
    }
    return node.extent();
  }

  #objectType(entries: readonly [LoweredTerm, LoweredTerm][]): Type {
    const fixed = new Map<Value, Type | undefined>();
    let rest: ObjectType['rest'];
    for (const [key, value] of entries) {
      if (key.kind === 'constant' && (typeof key.value !== 'object' || key.value === null))
        fixed.set(key.value, this.typeOf(value));
      else rest = { key: this.typeOf(key), value: this.typeOf(value) };
    }
    return objectType(fixed, rest);
  }
}

function childAt(node: TypeNode, part: LoweredTerm): TypeNode | undefined {
  return part.kind === 'constant' ? node.children.get(part.value as Key) : undefined;
}

function selectAlong(type: Type | undefined, path: readonly LoweredTerm[], from: number): Type | undefined {
  let at = type;
  for (let i = from; i < path.length && at; i += 1) {
    const part = path[i] as LoweredTerm;
    at = part.kind === 'constant' && isPrimitive(part.value) ? select(at, part.value) : valuesOf(at);
  }
  return at;
}

export function isPrimitive(value: Value): boolean {
  return typeof value !== 'object' || value === null;
}
