import type { Location } from '../syntax/ast.ts';
import { equal } from '../values/compare.ts';
import { RegoObject } from '../values/rego-object.ts';
import { RegoSet } from '../values/rego-set.ts';
import type { Value } from '../values/value.ts';
import { ValueMap } from '../values/value-map.ts';
import { evaluationError } from './evaluation.ts';

type Entry = DocumentBuilder | SetBuilder | { value: Value };

class SetBuilder {
  readonly set = new RegoSet();
}

/** Puts together the document that rules with references as heads make: each answer has a path and a value, or adds to a set there. */
export class DocumentBuilder {
  readonly #entries = new ValueMap<Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /** Puts a value at a path of at least one part; a different value there already is a conflict. */
  put(path: readonly Value[], value: Value, location: Location): void {
    const parent = this.#parent(path, location);
    const key = path.at(-1) as Value;
    const known = parent.#entries.get(key);
    if (known === undefined) parent.#entries.set(key, { value });
    else if (known instanceof SetBuilder && value instanceof RegoSet && value.size === 0) return;
    else if (!('value' in known) || !equal(known.value, value)) throw conflict(location);
  }

  /** Adds to the set at a path of at least one part. */
  add(path: readonly Value[], member: Value, location: Location): void {
    const parent = this.#parent(path, location);
    const key = path.at(-1) as Value;
    let known = parent.#entries.get(key);
    if (known === undefined) {
      known = new SetBuilder();
      parent.#entries.set(key, known);
    }
    if (!(known instanceof SetBuilder)) throw conflict(location);
    known.set.add(member);
  }

  /** Lays the members of an object over what is there at a path; composites of both sides are merged. */
  merge(path: readonly Value[], value: Value, location: Location): void {
    if (value instanceof RegoSet) {
      for (const item of value.values()) this.add(path, item, location);
      if (value.size > 0) return;
    }
    if (path.length > 0 && !(value instanceof RegoObject)) {
      this.put(path, value, location);
      return;
    }
    if (!(value instanceof RegoObject)) return;
    if (path.length > 0) this.#parent([...path, null], location);
    for (const key of value.keys()) {
      const item = value.get(key) as Value;
      const at = [...path, key];
      if (item instanceof RegoSet || (item instanceof RegoObject && item.size > 0))
        this.merge(at, item, location);
      else this.put(at, item, location);
    }
  }

  /** What was put at a path; undefined where nothing was. */
  find(path: readonly Value[], from = 0): Value | undefined {
    if (from === path.length) return this.finish();
    const entry = this.#entries.get(path[from] as Value);
    if (entry === undefined) return undefined;
    if (entry instanceof DocumentBuilder) return entry.find(path, from + 1);
    let value: Value | undefined = entry instanceof SetBuilder ? entry.set : entry.value;
    for (let i = from + 1; i < path.length && value !== undefined; i += 1)
      value = member(value, path[i] as Value);
    return value;
  }

  finish(): RegoObject {
    const object = new RegoObject();
    for (const key of this.#entries.keys()) {
      const entry = this.#entries.get(key) as Entry;
      if (entry instanceof DocumentBuilder) object.add(key, entry.finish());
      else object.add(key, entry instanceof SetBuilder ? entry.set : entry.value);
    }
    return object;
  }

  #parent(path: readonly Value[], location: Location): DocumentBuilder {
    let at: DocumentBuilder = this;
    for (let i = 0; i < path.length - 1; i += 1) {
      const key = path[i] as Value;
      let next = at.#entries.get(key);
      if (next === undefined) {
        next = new DocumentBuilder();
        at.#entries.set(key, next);
      }
      if (!(next instanceof DocumentBuilder)) throw conflict(location);
      at = next;
    }
    return at;
  }
}

function member(value: Value, key: Value): Value | undefined {
  if (value instanceof RegoObject) return value.get(key);
  if (value instanceof RegoSet) return value.has(key) ? key : undefined;
  if (Array.isArray(value) && typeof key === 'number') return value[key] as Value | undefined;
  return undefined;
}

function conflict(location: Location): Error {
  return evaluationError(location, 'eval_conflict_error', 'object keys must be unique');
}
