import { typeName } from '../../values/compare.ts';
import { RegoObject } from '../../values/rego-object.ts';
import { RegoSet } from '../../values/rego-set.ts';
import type { Value } from '../../values/value.ts';

// The types that the compiler infers. They are those of OPA: an array or object has parts of known place and a type for the rest; a
// value of which nothing is known is `any`.

export type Type = ScalarType | AnyType | ArrayType | ObjectType | SetType | FunctionType;

export interface ScalarType {
  kind: 'null' | 'boolean' | 'number' | 'string';
}

/** One of several; without alternatives: anything. */
export interface AnyType {
  kind: 'any';
  of: readonly Type[];
}

/** Of constants: every part is known, so that nobody need look. */
interface Constant {
  constant?: true;
}

export interface ArrayType extends Constant {
  kind: 'array';
  fixed: readonly (Type | undefined)[];
  rest: Type | undefined;
}

export interface ObjectType extends Constant {
  kind: 'object';
  /** By primitive keys. */
  fixed: ReadonlyMap<Value, Type | undefined>;
  rest: { key: Type | undefined; value: Type | undefined } | undefined;
}

export interface SetType extends Constant {
  kind: 'set';
  of: Type | undefined;
}

export interface FunctionType {
  kind: 'function';
  args: readonly (Type | undefined)[];
  variadic: Type | undefined;
  /** Undefined: answers with nothing. */
  result: Type | undefined;
}

export const nullType: Type = { kind: 'null' };
export const booleanType: Type = { kind: 'boolean' };
export const numberType: Type = { kind: 'number' };
export const stringType: Type = { kind: 'string' };
export const anything: AnyType = { kind: 'any', of: [] };

const noKeys: ReadonlyMap<Value, Type> = new Map();

export function arrayType(fixed: readonly (Type | undefined)[], rest?: Type): ArrayType {
  return { kind: 'array', fixed, rest };
}

export function objectType(
  fixed: ReadonlyMap<Value, Type | undefined> = noKeys,
  rest?: ObjectType['rest'],
): ObjectType {
  return { kind: 'object', fixed, rest };
}

const ofValues = new WeakMap<object, Type>();

/** The type of a constant. Of composites the parts are looked at when somebody asks for them. */
export function typeOfValue(value: Value): Type {
  const name = typeName(value);
  switch (name) {
    case 'null':
      return nullType;
    case 'boolean':
      return booleanType;
    case 'number':
      return numberType;
    case 'string':
      return stringType;
  }
  const known = ofValues.get(value as object);
  if (known) return known;
  const type = compositeType(value);
  ofValues.set(value as object, type);
  return type;
}

function compositeType(value: Value): Type {
  if (value instanceof RegoSet)
    return lazy<SetType>({ kind: 'set', of: undefined, constant: true }, 'of', () => {
      const of = union(value.values().map(typeOfValue));
      return of ?? anything;
    });
  if (value instanceof RegoObject) {
    if (value.size === 0) return objectType(noKeys, { key: anything, value: anything });
    const others = value.keys().filter((key) => typeof key === 'object' && key !== null);
    const rest =
      others.length > 0
        ? {
            key: union(others.map(typeOfValue)),
            value: union(others.map((key) => typeOfValue(value.get(key) as Value))),
          }
        : undefined;
    return lazy<ObjectType>({ kind: 'object', fixed: noKeys, rest, constant: true }, 'fixed', () => {
      const fixed = new Map<Value, Type>();
      for (const key of value.keys())
        if (typeof key !== 'object' || key === null) fixed.set(key, typeOfValue(value.get(key) as Value));
      return fixed;
    });
  }
  const items = value as readonly Value[];
  if (items.length === 0) return arrayType([], anything);
  return lazy<ArrayType>({ kind: 'array', fixed: [], rest: undefined, constant: true }, 'fixed', () =>
    items.map(typeOfValue),
  );
}

function lazy<T extends object>(type: T, member: keyof T, make: () => unknown): T {
  Object.defineProperty(type, member, {
    configurable: true,
    enumerable: true,
    get() {
      const value = make();
      Object.defineProperty(type, member, { value, enumerable: true });
      return value;
    },
  });
  return type;
}

/** More alternatives than this are as good as none. */
const mostAlternatives = 48;

/** A type for everything that either allows. */
export function either(a: Type | undefined, b: Type | undefined): Type | undefined {
  if (!a) return b;
  if (!b || a === b) return a;
  if (a.kind === 'function' && b.kind === 'function') return eitherFunction(a, b);
  const alternatives = a.kind === 'any' ? a.of : [a];
  if (alternatives.length === 0) return a;
  const others = b.kind === 'any' ? b.of : [b];
  if (others.length === 0) return b;
  const merged = [...alternatives];
  for (const other of others) if (!merged.some((known) => sameType(known, other))) merged.push(other);
  if (merged.length > mostAlternatives) return anything;
  return merged.length === 1 ? merged[0] : { kind: 'any', of: merged };
}

export function union(types: Iterable<Type | undefined>): Type | undefined {
  let result: Type | undefined;
  for (const type of types) {
    result = either(result, type);
    if (result === anything) return result;
  }
  return result;
}

function eitherFunction(a: FunctionType, b: FunctionType): Type {
  if (a.args.length !== b.args.length) return anything;
  return {
    kind: 'function',
    args: a.args.map((arg, index) => either(arg, b.args[index])),
    variadic: either(a.variadic, b.variadic),
    result: either(a.result, b.result),
  };
}

/** Whether two types are the same, as far as a bounded look tells. */
export function sameType(a: Type | undefined, b: Type | undefined): boolean {
  return new Comparison().same(a, b);
}

class Comparison {
  #budget = 500;

  same(a: Type | undefined, b: Type | undefined): boolean {
    if (a === b) return true;
    this.#budget -= 1;
    if (!a || !b || a.kind !== b.kind || this.#budget < 0) return false;
    switch (a.kind) {
      case 'any': {
        const { of } = b as AnyType;
        return a.of.length === of.length && a.of.every((one) => of.some((other) => this.same(one, other)));
      }
      case 'array': {
        const other = b as ArrayType;
        return (
          a.fixed.length === other.fixed.length &&
          this.same(a.rest, other.rest) &&
          a.fixed.every((item, index) => this.same(item, other.fixed[index]))
        );
      }
      case 'object': {
        const other = b as ObjectType;
        if (a.fixed.size !== other.fixed.size) return false;
        if (!this.same(a.rest?.key, other.rest?.key) || !this.same(a.rest?.value, other.rest?.value))
          return false;
        for (const [key, value] of a.fixed)
          if (!other.fixed.has(key) || !this.same(value, other.fixed.get(key))) return false;
        return true;
      }
      case 'set':
        return this.same(a.of, (b as SetType).of);
      case 'function':
        return false;
      default:
        return true;
    }
  }
}

/** The type of what can be looked up in a type; undefined where nothing can. */
export function keysOf(type: Type | undefined): Type | undefined {
  switch (type?.kind) {
    case 'array':
      return numberType;
    case 'object':
      return either(union([...type.fixed.keys()].map(typeOfValue)), type.rest?.key);
    case 'set':
      return type.of;
    case 'any':
      return type.of.length === 0 ? anything : union(type.of.map(keysOf));
    default:
      return undefined;
  }
}

/** The type of what can be found in a type. */
export function valuesOf(type: Type | undefined): Type | undefined {
  switch (type?.kind) {
    case 'array':
      return either(union(type.fixed), type.rest);
    case 'object':
      return either(union(type.fixed.values()), type.rest?.value);
    case 'set':
      return type.of;
    case 'any':
      return type.of.length === 0 ? anything : union(type.of.map(valuesOf));
    default:
      return undefined;
  }
}

/** The type of what lies under a constant key; undefined where nothing can lie there. */
export function select(type: Type | undefined, key: Value): Type | undefined {
  switch (type?.kind) {
    case 'array':
      if (typeof key !== 'number' || key < 0 || !Number.isInteger(key)) return undefined;
      return key < type.fixed.length ? type.fixed[key] : type.rest;
    case 'object':
      if (type.fixed.has(key)) return type.fixed.get(key);
      return type.rest && unifies(type.rest.key, typeOfValue(key)) ? type.rest.value : undefined;
    case 'set':
      return type.of && unifies(type.of, typeOfValue(key)) ? typeOfValue(key) : undefined;
    case 'any':
      return type.of.length === 0 ? anything : union(type.of.map((one) => select(one, key)));
    default:
      return undefined;
  }
}

/** Whether some value can have both types, as far as a bounded look tells. */
export function unifies(a: Type | undefined, b: Type | undefined): boolean {
  return new Unification().unifies(a, b);
}

class Unification {
  // Types share their parts: all of a small one can be endless.
  #budget = 100_000;

  unifies(a: Type | undefined, b: Type | undefined): boolean {
    if (!a || !b) return false;
    if (a === b) return true;
    this.#budget -= 1;
    if (this.#budget < 0) return true;
    if (a.kind === 'any' && this.#any(a, b)) return true;
    if (b.kind === 'any' && this.#any(b, a)) return true;
    if (a.kind === 'any' || b.kind === 'any' || a.kind !== b.kind) return false;
    switch (a.kind) {
      case 'array':
        return this.#arrays(a, b as ArrayType);
      case 'object':
        return this.#objects(a, b as ObjectType);
      case 'set':
        return this.unifies(a.of, (b as SetType).of);
      case 'function': {
        const other = b as FunctionType;
        return (
          a.args.length === other.args.length &&
          a.args.every((arg, index) => this.unifies(arg, other.args[index]))
        );
      }
      default:
        return true;
    }
  }

  #any(a: AnyType, b: Type): boolean {
    if (b.kind === 'function') return false;
    return a.of.length === 0 || a.of.some((one) => this.unifies(one, b));
  }

  #arrays(a: ArrayType, b: ArrayType): boolean {
    const length = Math.max(a.fixed.length, b.fixed.length);
    for (let i = 0; i < length; i += 1) if (!this.unifies(select(a, i), select(b, i))) return false;
    return !a.rest || !b.rest || this.unifies(a.rest, b.rest);
  }

  #objects(a: ObjectType, b: ObjectType): boolean {
    for (const key of a.fixed.keys()) if (!this.unifies(select(a, key), select(b, key))) return false;
    for (const key of b.fixed.keys()) if (!this.unifies(select(a, key), select(b, key))) return false;
    return !a.rest || !b.rest || this.unifies(a.rest.value, b.rest.value);
  }
}
